package org.mcpproxy.config;

import java.time.Duration;

/**
 * The bounds of the relay.
 *
 * @param body the longest request body, in bytes
 * @param concurrent requests and streams under way at once, of all callers
 * @param connect until the backend has accepted a connection
 * @param firstByte until the backend has sent the head of its answer; a tool may work for long before it answers
 * @param heartbeat how long an event stream may be silent before a comment is sent
 */
public record RelayLimits(int body, int concurrent, Duration connect, Duration firstByte, Duration heartbeat) {

    public static RelayLimits standard() {
        return new RelayLimits(
                4 * 1024 * 1024, 20_000, Duration.ofSeconds(5), Duration.ofMinutes(5), Duration.ofSeconds(15));
    }
}
