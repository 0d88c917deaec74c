package org.mcpproxy.web;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Gives work a thread of few, and each holder's work a part of them: whoever's work waits, for a client that does not read
 * say, holds up their own and nobody else's. What finds no thread waits for one, holder by holder in turns. Bounds what runs,
 * and not what waits.
 */
final class HolderThreads {

    private final Executor threads;
    private final int most;
    private final int mostOfOne;

    /** By holder; whose turn is the longest ago comes first. */
    private final Map<String, Lane> lanes = new LinkedHashMap<>();

    private int running;

    /** Of one holder. */
    private static final class Lane {

        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    private record Piece(String holder, Runnable work) {}

    /** @param threads begins at once what it is given, and never where it is asked to */
    HolderThreads(Executor threads, int most, int mostOfOne) {
        this.threads = threads;
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /** @throws RejectedExecutionException where no thread takes anything any more */
    void add(String holder, Runnable work) {
        if (enlist(holder, work)) {
            begin(holder, work);
        }
    }

    /** @return whether it needs one more thread */
    private synchronized boolean enlist(String holder, Runnable work) {
        Lane lane = lanes.computeIfAbsent(holder, newcomer -> new Lane());
        lane.waiting.add(work);
        boolean more = running < most && lane.running < mostOfOne;
        if (more) {
            running++;
        }
        return more;
    }

    private void begin(String holder, Runnable work) {
        try {
            threads.execute(this::runAll);
        } catch (RejectedExecutionException e) {
            if (withdraw(holder, work)) {
                throw e;
            }
        } catch (OutOfMemoryError e) {
            // There is no thread more to be had.
            if (withdraw(holder, work)) {
                throw new RejectedExecutionException(e);
            }
        }
    }

    /** @return false where another thread has taken it meanwhile */
    private synchronized boolean withdraw(String holder, Runnable work) {
        running--;
        Lane lane = lanes.get(holder);
        boolean withdrawn = lane != null && lane.waiting.remove(work);
        if (withdrawn) {
            removeIfIdle(holder, lane);
        }
        return withdrawn;
    }

    private void runAll() {
        try {
            for (Piece piece = next(); piece != null; piece = next()) {
                run(piece);
            }
        } catch (Error e) {
            leave();
            throw e;
        }
    }

    private void run(Piece piece) {
        try {
            piece.work().run();
        } finally {
            over(piece.holder());
        }
    }

    /** @return null where there is nothing to do, and the thread leaves */
    private synchronized Piece next() {
        for (Iterator<Map.Entry<String, Lane>> each = lanes.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<String, Lane> entry = each.next();
            Lane lane = entry.getValue();
            if (lane.running < mostOfOne && !lane.waiting.isEmpty()) {
                each.remove();
                lanes.put(entry.getKey(), lane);
                lane.running++;
                return new Piece(entry.getKey(), lane.waiting.remove());
            }
        }
        leave();
        return null;
    }

    private synchronized void leave() {
        running--;
    }

    private synchronized void over(String holder) {
        Lane lane = lanes.get(holder);
        lane.running--;
        removeIfIdle(holder, lane);
    }

    private void removeIfIdle(String holder, Lane lane) {
        if (lane.running == 0 && lane.waiting.isEmpty()) {
            lanes.remove(holder);
        }
    }
}
