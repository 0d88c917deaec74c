package org.mcpproxy.bridge;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.StdioCommand;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.Header;

/** The processes of this node: starts them, ends those that nobody uses, and all in the end. */
final class Processes {

    private static final Logger LOG = System.getLogger(Processes.class.getName());
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** A process that lives for as long has started well. */
    private static final Duration WELL = Duration.ofSeconds(10);

    /** When an answer becomes an event stream that there is nothing to say on yet. */
    private static final Duration SLOW = Duration.ofSeconds(2);

    private static final Duration SOON = Duration.ofSeconds(5);

    /** More than a process takes that has to be killed. */
    private static final Duration END = Duration.ofSeconds(8);

    private final RelayLimits.Stdio limits;
    private final Clock clock;
    private final Places places;
    private final Backoff backoff;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(Processes::thread);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, Processes::thread);
    /** Held for reading by whoever starts a process, so that none is overlooked in the end. */
    private final ReadWriteLock stopping = new ReentrantReadWriteLock();

    private volatile boolean stopped;

    Processes(RelayLimits.Stdio limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
        this.places = new Places(limits);
        this.backoff = new Backoff(clock, limits.backoff());
        timer.setRemoveOnCancelPolicy(true);
        long often = Math.max(50, Math.min(5_000, limits.idle().toMillis() / 4));
        timer.scheduleWithFixedDelay(this::endIdle, often, often, TimeUnit.MILLISECONDS);
    }

    private record Running(Conversation conversation, ChildProcess process) {}

    /**
     * Starts a process.
     *
     * @param headers of every answer
     * @throws Rejection {@code SERVER_FULL}, {@code CALLER_TOO_BUSY}, {@code BACKEND_DOWN}
     */
    Conversation start(Backend backend, Holder holder, boolean modern, List<Header> headers) {
        stopping.readLock().lock();
        try {
            if (stopped) {
                throw Rejection.until(Reason.SERVER_FULL, SOON);
            }
            return started(backend, holder, modern, headers);
        } finally {
            stopping.readLock().unlock();
        }
    }

    private Conversation started(Backend backend, Holder holder, boolean modern, List<Header> headers) {
        Backoff.Key key = new Backoff.Key(backend.name(), holder);
        backoff.require(key);
        places.take(holder);
        Conversation conversation = new Conversation(modern, headers, this::slow);
        try {
            Running started = new Running(conversation, process(backend, conversation));
            running.add(started);
            Instant since = clock.instant();
            started.process().ended().thenRun(() -> {
                running.remove(started);
                places.giveBack(holder);
                note(key, since, conversation);
            });
            conversation.over(started.process());
            return conversation;
        } catch (IOException e) {
            places.giveBack(holder);
            backoff.failed(key);
            LOG.log(Level.WARNING, "MCP server {0} could not be started", backend.policyName());
            throw Rejection.of(Reason.BACKEND_UNAVAILABLE, e);
        }
    }

    /** How many run, or have not quite ended. */
    int count() {
        return places.taken();
    }

    /** Ends all, and waits for it. */
    void stop() {
        stopping.writeLock().lock();
        stopped = true;
        stopping.writeLock().unlock();
        timer.shutdownNow();
        running.forEach(one -> one.conversation().close());
        CompletableFuture<?> ended = CompletableFuture.allOf(
                running.stream().map(one -> one.process().ended()).toArray(CompletableFuture[]::new));
        try {
            ended.completeOnTimeout(null, END.toMillis(), TimeUnit.MILLISECONDS).join();
        } finally {
            threads.shutdownNow();
        }
    }

    private ChildProcess process(Backend backend, Conversation conversation) throws IOException {
        StdioCommand command = backend.transport().command().orElseThrow();
        return ChildProcess.start(backend.policyName(), command, limits.line(), threads, conversation);
    }

    private void note(Backoff.Key key, Instant since, Conversation conversation) {
        boolean soon = clock.instant().isBefore(since.plus(WELL));
        if (conversation.wasClosedByUs()) {
            return;
        }
        LOG.log(Level.WARNING, "A process of MCP server {0} has ended by itself", key.backend());
        if (soon) {
            backoff.failed(key);
        } else {
            backoff.worked(key);
        }
    }

    private void slow(Reply reply) {
        try {
            timer.schedule(() -> threads.execute(reply::beginEvents), SLOW.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // All end now, and the reply with them.
        }
    }

    private void endIdle() {
        running.stream()
                .map(Running::conversation)
                .filter(conversation -> conversation.isIdle(limits.idle()))
                .forEach(Conversation::close);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "stdio-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
