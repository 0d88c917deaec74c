package org.mcpproxy.cluster;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/** Many who begin sessions, or come with sessions that the node has never seen: each of their calls asks the store. */
final class Newcomers implements AutoCloseable {

    private static final int AT_EACH_NODE = 40;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String token;
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

    void leave() {
        over = true;
    }

    @Override
    public void close() {
        leave();
    }

    private void call(OAuthClient client) {
        while (!over) {
            try {
                client.initialize(token);
                client.ping(token, "never-seen");
            } catch (UncheckedIOException e) {
                // whatever comes of it
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
