package org.mcpproxy.bridge;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets one thread after another do its work, in turns: whoever comes waits for one piece of work of each other holder at
 * most, however many of theirs came before. A holder's own stand in a line, and only the first of each line waits with those
 * of the others. Unlike {@code web.Turns}, for whoever needs the outcome on its own thread.
 */
final class HolderTurns {

    private final Lock turn = new ReentrantLock(true);
    private final Map<String, Line> lines = new HashMap<>();

    /** Of one holder. */
    private static final class Line {

        private final Lock first = new ReentrantLock(true);
        private int length;
    }

    /** Does it on this thread, once it is the holder's turn. */
    <T> T inTurn(String holder, Supplier<T> work) {
        Line line = join(holder);
        try {
            return locked(line.first, () -> locked(turn, work));
        } finally {
            leave(holder, line);
        }
    }

    private static <T> T locked(Lock lock, Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private synchronized Line join(String holder) {
        Line line = lines.computeIfAbsent(holder, newcomer -> new Line());
        line.length++;
        return line;
    }

    private synchronized void leave(String holder, Line line) {
        line.length--;
        if (line.length == 0) {
            lines.remove(holder);
        }
    }
}
