package org.mcpproxy.web;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Keeps few of the server's threads awake, as long as they suffice. The server gives requests to its idle threads in turn, so that
 * with all of them each request would come to one of which nothing is left in the processor's caches: that costs a fifth and more
 * of its time (docs/performance.md). But where a database or Okta hangs, hundreds may have to wait on a thread each, while others are served.
 */
@Singleton
public class ServerThreads {

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /** So many are not held: enough for requests that wait for nothing but a quick answer of an MCP server. */
    public static final int AWAKE = 8 * PROCESSORS;

    /** How many threads the server has, where {@code server.xml} says so; else none is held. */
    private static final String ALL = "proxy/threads";

    private static final Duration STRETCH = Duration.ofSeconds(5);

    private final ManagedExecutorService executor;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "server-threads");
        thread.setDaemon(true);
        return thread;
    });
    private final HeldThreads held;
    private final Thread atExit;

    @Inject
    ServerThreads(ManagedExecutorService executor) {
        this.executor = executor;
        this.held = new HeldThreads(executor, STRETCH);
        this.atExit = new Thread(held::close, "server-threads-exit");
    }

    void start(@Observes @Initialized(ApplicationScoped.class) Object application) {
        OptionalInt all = all();
        if (all.isPresent() && all.getAsInt() > AWAKE) {
            Runtime.getRuntime().addShutdownHook(atExit);
            ThreadWatch watch = new ThreadWatch(
                    executor, held, all.getAsInt(), AWAKE, System::nanoTime, ServerThreads::processorTime);
            // ends with the first that fails
            long pause = ThreadWatch.SOON.toMillis();
            clock.scheduleWithFixedDelay(watch::look, pause, pause, TimeUnit.MILLISECONDS);
        }
    }

    private static OptionalInt all() {
        try {
            return OptionalInt.of(InitialContext.<Integer>doLookup(ALL));
        } catch (NamingException e) {
            return OptionalInt.empty();
        }
    }

    private static long processorTime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() / PROCESSORS
                : 0;
    }

    @PreDestroy
    void stop() {
        clock.shutdownNow();
        held.close();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // it runs already
        }
    }
}
