package org.mcpproxy.web;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Works on a single thread, one after another, in turns: whoever comes waits for one piece of work of each other holder at
 * most, however much of theirs has come before. Bounds nothing by itself.
 */
final class Turns {

    private final Executor thread;

    /** By holder; whose turn it is comes first, and stays there until it is over. */
    private final Map<String, Queue<Runnable>> waiting = new LinkedHashMap<>();

    /** @param thread never runs anything where it is asked to */
    Turns(Executor thread) {
        this.thread = thread;
    }

    /** @throws RejectedExecutionException where the thread takes nothing any more */
    synchronized void add(String holder, Runnable work) {
        thread.execute(this::runNext);
        waiting.computeIfAbsent(holder, newcomer -> new ArrayDeque<>()).add(work);
    }

    private void runNext() {
        String holder = next();
        try {
            first(holder).run();
        } finally {
            endTurn(holder);
        }
    }

    private synchronized String next() {
        return waiting.keySet().iterator().next();
    }

    private synchronized Runnable first(String holder) {
        return waiting.get(holder).remove();
    }

    private synchronized void endTurn(String holder) {
        Queue<Runnable> rest = waiting.remove(holder);
        if (!rest.isEmpty()) {
            waiting.put(holder, rest);
        }
    }
}
