package org.mcpproxy.bridge;

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
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.Header;

/** The conversations of this node: opens them, ends those that nobody uses, and all in the end. */
final class Conversations {

    private static final AtomicInteger COUNT = new AtomicInteger();

    /** When an answer becomes an event stream that there is nothing to say on yet. */
    private static final Duration SLOW = Duration.ofSeconds(2);

    private static final Duration SOON = Duration.ofSeconds(5);

    /** More than a process takes that has to be killed. */
    private static final Duration END = Duration.ofSeconds(8);

    private final Clock clock;
    private final ExecutorService threads = Executors.newCachedThreadPool(Conversations::thread);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, Conversations::thread);
    private final Kind processes;
    private final Kind legacySse;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    /** Held for reading by whoever opens one, so that none is overlooked in the end. */
    private final ReadWriteLock stopping = new ReentrantReadWriteLock();

    private volatile boolean stopped;

    /**
     * @param node what holds for all of them together
     * @param backends that there may be conversations with
     */
    Conversations(RelayLimits node, Set<Backend> backends, Clock clock) {
        this.clock = clock;
        this.processes = new ChildProcesses(node.stdio(), backends, clock, threads);
        this.legacySse = new LegacySseServers(node.legacySse(), backends, threads);
        timer.setRemoveOnCancelPolicy(true);
        backends.stream()
                .mapToLong(this::often)
                .min()
                .ifPresent(often -> timer.scheduleWithFixedDelay(this::endIdle, often, often, TimeUnit.MILLISECONDS));
    }

    /** In milliseconds. */
    private long often(Backend backend) {
        return Math.max(50, Math.min(5_000, kind(backend).idle(backend).toMillis() / 4));
    }

    /** @param idle how long it may be unused */
    private record Running(Conversation conversation, Channel channel, Duration idle) {}

    /**
     * Opens a conversation.
     *
     * @param headers of every answer
     * @throws Rejection {@code SERVER_FULL}, {@code BACKEND_FULL}, {@code CALLER_TOO_BUSY}, {@code BACKEND_DOWN}, {@code BACKEND_UNAVAILABLE}
     */
    Conversation start(Kind.Opening opening, boolean modern, List<Header> headers) {
        stopping.readLock().lock();
        try {
            if (stopped) {
                throw Rejection.until(Reason.SERVER_FULL, SOON);
            }
            return started(opening, modern, headers);
        } finally {
            stopping.readLock().unlock();
        }
    }

    private Conversation started(Kind.Opening opening, boolean modern, List<Header> headers) {
        Kind kind = kind(opening.backend());
        kind.places().take(opening.backend(), opening.holder());
        Conversation conversation = new Conversation(modern, headers, opening.room(), this::slow);
        Running started = new Running(conversation, opened(kind, opening, conversation), kind.idle(opening.backend()));
        running.add(started);
        Instant since = clock.instant();
        started.channel().ended().thenRun(() -> {
            running.remove(started);
            kind.ended(opening, conversation, since);
            kind.places().giveBack(opening.backend(), opening.holder());
        });
        conversation.over(started.channel());
        return conversation;
    }

    private static Channel opened(Kind kind, Kind.Opening opening, Conversation conversation) {
        try {
            return kind.open(opening, conversation);
        } catch (RuntimeException e) {
            kind.places().giveBack(opening.backend(), opening.holder());
            throw e;
        }
    }

    private Kind kind(Backend backend) {
        return backend.transport().legacySse() ? legacySse : processes;
    }

    /** How many there are, or have not quite ended. */
    int count() {
        return processes().taken() + legacySse().taken();
    }

    /** Those of stdio servers. */
    Places processes() {
        return processes.places().all();
    }

    /** Those of servers over HTTP+SSE. */
    Places legacySse() {
        return legacySse.places().all();
    }

    /** Ends all, and waits for it. */
    void stop() {
        stopping.writeLock().lock();
        stopped = true;
        stopping.writeLock().unlock();
        timer.shutdownNow();
        running.forEach(one -> one.conversation().close());
        CompletableFuture<?> ended = CompletableFuture.allOf(
                running.stream().map(one -> one.channel().ended()).toArray(CompletableFuture[]::new));
        try {
            ended.completeOnTimeout(null, END.toMillis(), TimeUnit.MILLISECONDS).join();
        } finally {
            threads.shutdownNow();
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
                .filter(one -> one.conversation().isIdle(one.idle()))
                .map(Running::conversation)
                .forEach(Conversation::close);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "bridge-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
