package org.mcpproxy.config;

import java.time.Duration;

/**
 * The bounds of the relay.
 *
 * @param body the longest request body, in bytes
 * @param bodies bytes of all request bodies that are being read or relayed
 * @param bodiesOfUser bytes of those of one user; has room for the longest body
 * @param bodyTime until the whole body has come
 * @param concurrent requests and streams under way at once, of all callers
 * @param concurrentOfUser those of one user
 * @param requestsPerMinute how many requests one user may send by one client; so many at once, too
 * @param connect until the backend has accepted a connection
 * @param firstByte until the backend has sent the head of its answer; a tool may work for long before it answers
 * @param heartbeat how long an event stream may be silent before a comment is sent
 */
public record RelayLimits(
        int body,
        long bodies,
        long bodiesOfUser,
        Duration bodyTime,
        int concurrent,
        int concurrentOfUser,
        int requestsPerMinute,
        Duration connect,
        Duration firstByte,
        Duration heartbeat) {

    private static final int LONGEST_BODY = 4 * 1024 * 1024;
    private static final int PART_OF_HEAP = 8;
    private static final int PART_OF_USER = 4;

    /** What request bodies may hold goes by the size of the heap. */
    public static RelayLimits standard() {
        long bodies = Math.max(LONGEST_BODY, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        return new RelayLimits(
                LONGEST_BODY,
                bodies,
                Math.max(LONGEST_BODY, bodies / PART_OF_USER),
                Duration.ofSeconds(30),
                20_000,
                1_000,
                12_000,
                Duration.ofSeconds(5),
                Duration.ofMinutes(5),
                Duration.ofSeconds(15));
    }
}
