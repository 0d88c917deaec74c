package org.mcpproxy.bridge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mcpproxy.web.BodyBudget;

/** The requests of one conversation that have not been answered, by numbers of ours; the oldest first. */
final class PendingRequests {

    private static final int MOST = 1000;

    private final BodyBudget.Share room;
    private final Map<Long, Pending> byNumber = new LinkedHashMap<>();
    private long last;

    /** @param room for them, as a client may leave and its requests stay */
    PendingRequests(BodyBudget.Share room) {
        this.room = room;
    }

    /** @return its number; empty where there is no room for more */
    synchronized Optional<Long> add(Pending request) {
        if (byNumber.size() >= MOST || !room.take(request.size())) {
            return Optional.empty();
        }
        byNumber.put(++last, request);
        return Optional.of(last);
    }

    synchronized Optional<Pending> take(long number) {
        Optional<Pending> taken = Optional.ofNullable(byNumber.remove(number));
        taken.ifPresent(request -> room.give(request.size()));
        return taken;
    }

    synchronized List<Pending> takeAll() {
        List<Pending> all = List.copyOf(byNumber.values());
        all.forEach(request -> room.give(request.size()));
        byNumber.clear();
        return all;
    }

    synchronized Optional<Pending> get(long number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    /** The number of the request with this id of its client, which may be any but the one that opens the session. */
    synchronized Optional<Long> cancellable(String id) {
        return byNumber.entrySet().stream()
                .filter(request -> request.getValue().id().equals(id))
                .filter(request -> !request.getValue().opening())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The one under way, where there is one alone but for subscriptions. */
    synchronized Optional<Pending> onlyOne() {
        List<Pending> calls = byNumber.values().stream()
                .filter(request -> !request.subscribing())
                .limit(2)
                .toList();
        return calls.size() == 1 ? Optional.of(calls.get(0)) : Optional.empty();
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
