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
import java.util.stream.Stream;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/** Many who begin sessions, or come with sessions that the node has never seen: each of their calls asks the store. */
final class Newcomers implements AutoCloseable {

    private static final int AT_EACH_NODE = 40;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int NO_ANSWER = 0;

    private final String token;
    private final LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);
    private final List<Integer> opened = new CopyOnWriteArrayList<>();
    private final List<Integer> strange = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    private Newcomers(String token) {
        this.token = token;
    }

    static Newcomers at(List<ProxySystem> nodes, OAuthClient client, String token) {
        Newcomers newcomers = new Newcomers(token);
        nodes.stream()
                .map(client::at)
                .flatMap(at -> Stream.generate(() -> at).limit(AT_EACH_NODE))
                .map(at -> new Thread(() -> newcomers.call(at)))
                .forEach(Thread::start);
        return newcomers;
    }

    /** New sessions are opened; of those that nobody knows, nobody is told more than that. */
    void assertThatEachWasAnswered(Duration most) {
        assertThat(opened).isNotEmpty().containsOnly(200);
        assertThat(strange).isNotEmpty().containsAnyOf(503).isSubsetOf(404, 503);
        assertThat(Duration.ofNanos(longestNanos.get())).isLessThan(most);
    }

    void leave() {
        over = true;
    }

    @Override
    public void close() {
        leave();
    }

    private void call(OAuthClient client) {
        while (!over) {
            opened.add(status(() -> client.initialize(token)));
            strange.add(status(() -> client.ping(token, "never-seen")));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
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
