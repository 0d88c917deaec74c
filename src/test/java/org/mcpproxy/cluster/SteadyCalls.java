package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/**
 * Somebody at each node who calls the MCP server again and again, whatever goes on: without a session, and within one of the
 * older era.
 */
final class SteadyCalls implements AutoCloseable {

    private static final int NO_ANSWER = 0;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A busy machine's pause, and less than any time-out towards the database. */
    private static final Duration LONGEST = Duration.ofSeconds(4);

    private final LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);
    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    private final String token;
    private final List<Thread> callers;
    private volatile boolean over;

    private SteadyCalls(List<OAuthClient> clients, String token) {
        this.token = token;
        this.callers = clients.stream()
                .map(client -> caller(client, session(client, token)))
                .toList();
    }

    static SteadyCalls at(List<ProxySystem> nodes, OAuthClient client, Answer tokens) {
        SteadyCalls calls = new SteadyCalls(nodes.stream().map(client::at).toList(), tokens.get("access_token"));
        calls.callers.forEach(Thread::start);
        return calls;
    }

    void assertThatNoneWaited() {
        assertThat(Duration.ofNanos(longestNanos.get())).isLessThan(LONGEST);
    }

    void assertThatAllWereServed() {
        assertThat(statuses).hasSizeGreaterThan(2 * callers.size()).containsOnly(200);
    }

    @Override
    public void close() {
        over = true;
    }

    private static String session(OAuthClient client, String token) {
        String session = client.initialize(token).header("Mcp-Session-Id");
        assertThat(session).isNotEmpty();
        return session;
    }

    private Thread caller(OAuthClient client, String session) {
        return new Thread(() -> {
            while (!over) {
                statuses.add(status(() -> client.ping(token)));
                statuses.add(status(() -> client.ping(token, session)));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        });
    }

    private int status(Supplier<Answer> call) {
        long since = System.nanoTime();
        try {
            return call.get().status();
        } catch (UncheckedIOException e) {
            return NO_ANSWER;
        } finally {
            longestNanos.accumulate(System.nanoTime() - since);
        }
    }
}
