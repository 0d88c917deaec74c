package org.mcpproxy.bridge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The requests of one conversation that have not been answered, by numbers of ours; the oldest first. */
final class PendingRequests {

    private static final int MOST = 1000;

    private final Map<Long, Pending> byNumber = new LinkedHashMap<>();
    private long last;

    /** Whether there is room for so many more. */
    synchronized boolean hasRoomFor(long more) {
        return byNumber.size() + more <= MOST;
    }

    /** @return its number */
    synchronized long add(Pending request) {
        byNumber.put(++last, request);
        return last;
    }

    synchronized Optional<Pending> take(long number) {
        return Optional.ofNullable(byNumber.remove(number));
    }

    synchronized List<Pending> takeAll() {
        List<Pending> all = List.copyOf(byNumber.values());
        byNumber.clear();
        return all;
    }

    synchronized Optional<Pending> get(long number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    /** The number of the request with this id of its client. */
    synchronized Optional<Long> numberOf(String id) {
        return byNumber.entrySet().stream()
                .filter(request -> request.getValue().id().equals(id))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The one under way, where there is one alone. */
    synchronized Optional<Pending> onlyOne() {
        return byNumber.size() == 1 ? Optional.of(byNumber.values().iterator().next()) : Optional.empty();
    }

    /** The oldest whose reply is read as a stream. */
    synchronized Optional<Pending> oldestStream() {
        return byNumber.values().stream()
                .filter(request ->
                        request.reply().takesEvents() && request.reply().isWanted())
                .findFirst();
    }

    synchronized boolean isAnyWanted() {
        return byNumber.values().stream().anyMatch(request -> request.reply().isWanted());
    }
}
