package org.mcpproxy.bridge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mcpproxy.web.BodyBudget;

/**
 * The progress tokens of requests that were answered by a task: they hold for as long as it does (MCP 2025-11-25, Tasks,
 * Task Progress Notifications). We hear of the end of a task only where its client asks, or its server tells; so the oldest
 * go where there are many.
 */
final class TaskTokens {

    private static final int MOST = 100;

    /** In characters, of both names. One that is longer is not worth the memory that answers may need. */
    private static final int LONGEST = 4096;

    /** In bytes: of what is of no length of its own. */
    private static final int LEAST = 256;

    private final BodyBudget.Share room;
    private final Map<Long, Kept> byNumber = new LinkedHashMap<>();

    /** @param room for them */
    TaskTokens(BodyBudget.Share room) {
        this.room = room;
    }

    /** @param token as its client wrote it */
    private record Kept(String task, String token) {

        int size() {
            return LEAST + 2 * (task.length() + token.length());
        }
    }

    /**
     * Where there is no room for it, or it is too long, its progress is lost.
     *
     * @param number the request's
     */
    synchronized void keep(long number, String token, String task) {
        if (byNumber.size() == MOST) {
            forget(byNumber.keySet().iterator().next());
        }
        Kept kept = new Kept(task, token);
        if (task.length() + token.length() <= LONGEST && room.take(kept.size())) {
            byNumber.put(number, kept);
        }
    }

    /** The token of the client, where the request with this number became a task. */
    synchronized Optional<String> of(long number) {
        return Optional.ofNullable(byNumber.get(number)).map(Kept::token);
    }

    synchronized void end(String task) {
        List<Long> numbers = byNumber.entrySet().stream()
                .filter(known -> known.getValue().task().equals(task))
                .map(Map.Entry::getKey)
                .toList();
        numbers.forEach(this::forget);
    }

    synchronized void close() {
        byNumber.clear();
        room.close();
    }

    private void forget(Long number) {
        room.give(byNumber.remove(number).size());
    }
}
