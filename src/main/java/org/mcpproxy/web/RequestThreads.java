package org.mcpproxy.web;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Threads on which a request goes on that the container's thread has left. They are none of Open Liberty's: before it
 * calls a read listener it gives that thread what the request's first thread has at hand at that moment, and by then this
 * may be another request. Headers and paths that are set or read there now and then belong to somebody else, and an
 * {@code AsyncContext.dispatch} from there is now and then answered with nothing.
 *
 * <p>What may take long has threads of its own, so that what is short never waits behind it.
 */
@ApplicationScoped
public class RequestThreads {

    private static final int SHORT = 2 * Runtime.getRuntime().availableProcessors();

    /** More than the store has connections by default, so that whoever finds one free need not wait for a thread. */
    private static final int WAITING = 32;

    private static final int WAITING_OF_ONE = WAITING / 4;

    /** So many may wait for Okta, and so many for them; the others come again. */
    private static final int FOR_OKTA = 32;

    private static final int MOST_WAITING_FOR_OKTA = 64;

    /** Of one holder, running or waiting: a crowd of theirs waits for a single exchange. */
    private static final int FOR_OKTA_OF_ONE = (FOR_OKTA + MOST_WAITING_FOR_OKTA) / 4;

    /** So many may wait for a client at once, and so many for those of one holder: each for as long as the container lets them. */
    private static final int WRITING = 128;

    private static final int WRITING_OF_ONE = 4;

    private static final Duration SOON = Duration.ofSeconds(5);

    private final ExecutorService shortWork = Executors.newFixedThreadPool(SHORT, named("request"));
    private final ExecutorService waitingWork = Executors.newFixedThreadPool(WAITING, named("request-waiting"));
    private final HolderThreads waiting = new HolderThreads(waitingWork, WAITING, WAITING_OF_ONE);
    private final ExecutorService oktaWork = new ThreadPoolExecutor(
            FOR_OKTA,
            FOR_OKTA,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(MOST_WAITING_FOR_OKTA),
            named("request-okta"));
    private final HolderPlaces oktaPlaces = new HolderPlaces(FOR_OKTA_OF_ONE);
    private final ExecutorService largeWork = Executors.newSingleThreadExecutor(named("request-large"));
    private final Turns largeTurns = new Turns(largeWork);
    private final ExecutorService writingWork = Executors.newCachedThreadPool(named("request-writing"));
    private final HolderThreads writing = new HolderThreads(writingWork, WRITING, WRITING_OF_ONE);
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, named("request-clock"));

    public RequestThreads() {
        clock.setRemoveOnCancelPolicy(true);
    }

    /**
     * Runs it soon. It must not wait for anything.
     *
     * @return false where the application is being stopped and it will never run
     */
    public boolean run(Runnable work) {
        return run(work, shortWork);
    }

    /**
     * Runs what may wait for the store.
     *
     * @param holder who asks for it: what those of one holder wait for, no other's wait for
     * @return as {@link #run(Runnable)}
     */
    public boolean runWaiting(String holder, Runnable work) {
        return run(work, logged -> waiting.add(holder, logged));
    }

    /**
     * Runs what may wait for Okta, which may be slow: nobody else shall wait behind it.
     *
     * @param holder whose part of the places it takes, until it has run
     * @return false where too many wait already, or the application is being stopped
     * @throws Rejection {@code CALLER_TOO_BUSY} where the holder's part is taken
     */
    public boolean runForOkta(String holder, Runnable work) {
        if (!oktaPlaces.take(holder)) {
            throw Rejection.until(Reason.CALLER_TOO_BUSY, SOON);
        }
        boolean begun = run(() -> runInPlace(holder, work), oktaWork);
        if (!begun) {
            oktaPlaces.give(holder);
        }
        return begun;
    }

    private void runInPlace(String holder, Runnable work) {
        try {
            work.run();
        } finally {
            oktaPlaces.give(holder);
        }
    }

    /**
     * Runs what takes much memory while it runs, one after another, in turns by holder. How much may wait is bounded by the
     * memory that it holds meanwhile.
     *
     * @param holder whose turn it takes
     * @return as {@link #run(Runnable)}
     */
    public boolean runLarge(String holder, Runnable work) {
        return run(work, logged -> largeTurns.add(holder, logged));
    }

    /**
     * Runs what writes to a client, and waits where that does not read.
     *
     * @param holder whose client it is: those of one holder hold up no other's
     * @return as {@link #run(Runnable)}
     */
    public boolean runWriting(String holder, Runnable work) {
        return run(work, logged -> writing.add(holder, logged));
    }

    /** Runs something later, unless it is cancelled before. It must not wait for anything. */
    public Future<?> after(Duration delay, Runnable work) {
        return clock.schedule(() -> run(work), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    public void close() {
        clock.shutdownNow();
        List.of(shortWork, waitingWork, oktaWork, largeWork, writingWork).forEach(ExecutorService::shutdown);
    }

    private static boolean run(Runnable work, Executor threads) {
        try {
            threads.execute(() -> runLogged(work));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Such as that the container has completed the request by itself, as its client has gone. */
    private static void runLogged(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            Failures.log("A request under way", e);
        }
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
