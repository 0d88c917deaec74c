package org.mcpproxy.relay;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Measured;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.web.Failures;

/**
 * Every request that is under way: bounded in number, looked at twice a second for heartbeats, for clients
 * that have gone and for callers who may no longer be here, and closed at shutdown, since the server would wait half a minute for them. One thread serves all.
 */
@Singleton
public class OpenStreams implements Measured {

    /** Something that is under way. */
    interface Open {

        /** Called about twice a second; must not block. */
        void tick(Connections connections);

        /** Ends it now. */
        void close();
    }

    /** Twice a second, as a cancellation shall be noticed within one. */
    private static final Duration TICK = Duration.ofMillis(500);

    private final int most;
    private final ScheduledThreadPoolExecutor clock;
    private final Set<Open> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final Connections connections = Connections.ofThisMachine();
    private volatile boolean closing;

    @Inject
    public OpenStreams(Settings settings) {
        this(settings.relayLimits().counts().atOnce(), shortestHeartbeat(settings.backends()));
    }

    /** @param heartbeat the shortest that any stream has */
    OpenStreams(int most, Duration heartbeat) {
        this.most = most;
        long tick = Math.min(TICK.toMillis(), Math.max(10, heartbeat.toMillis() / 4));
        clock = new ScheduledThreadPoolExecutor(1, OpenStreams::thread);
        clock.scheduleAtFixedRate(this::tick, tick, tick, TimeUnit.MILLISECONDS);
    }

    /** One clock serves the streams of all backends. */
    static Duration shortestHeartbeat(Backends backends) {
        return backends.all().stream()
                .map(backend -> backend.limits().times().heartbeat())
                .min(Comparator.naturalOrder())
                .orElse(TICK);
    }

    /**
     * Takes a place for one more request; {@link #leave} gives it back.
     *
     * @return false where there is no more room, or the server is going down
     */
    boolean enter() {
        if (count.incrementAndGet() > most || closing) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        count.decrementAndGet();
    }

    /** @return false where the server is going down */
    boolean add(Open stream) {
        open.add(stream);
        if (closing) {
            open.remove(stream);
            return false;
        }
        return true;
    }

    boolean isClosing() {
        return closing;
    }

    void remove(Open stream) {
        open.remove(stream);
    }

    int size() {
        return open.size();
    }

    @Override
    public void describe(Meters meters) {
        meters.gauge("requests_in_progress", "MCP requests and streams that are under way.", count::get);
        meters.gauge("requests_in_progress_limit", "So many may be under way at once; more get 503.", () -> most);
        meters.gauge("requests_waiting", "Those of them that hold no thread: slow answers and streams.", open::size);
    }

    @PreDestroy
    void close() {
        closing = true;
        clock.shutdownNow();
        open.forEach(Open::close);
    }

    private void tick() {
        if (open.isEmpty()) {
            return;
        }
        connections.look();
        for (Open stream : open) {
            try {
                stream.tick(connections);
            } catch (RuntimeException e) {
                // One broken stream must not stop the clock of all others.
                Failures.log("A request under way", e);
                stream.close();
            }
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "relay-clock");
        thread.setDaemon(true);
        return thread;
    }
}
