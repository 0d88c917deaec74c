package org.mcpproxy.relay.http1;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** One thread that serves all connections for which none waits. Nothing that runs here may wait for anything. */
final class Loop implements AutoCloseable {

    /** Whoever waits for its connection. */
    interface Watcher {

        /** Something may be read or written now. */
        void ready();
    }

    private static final Logger LOG = System.getLogger(Loop.class.getName());
    private static final int SCRATCH = 64 * 1024;
    private static final long TICK_MILLIS = 250;

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    private final Set<Http1Call> connecting = new HashSet<>();
    private final Runnable everyTick;
    private volatile boolean closed;
    private long ticked = System.nanoTime();

    Loop(String name, Runnable everyTick) throws IOException {
        this.selector = Selector.open();
        this.everyTick = everyTick;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Runs it in the loop: at once where this is the loop's thread. */
    void execute(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
            return;
        }
        tasks.add(task);
        if (woken.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** Into which a connection may be read; in the loop alone. */
    ByteBuffer scratch() {
        return scratch;
    }

    /** In the loop alone. */
    void watch(Connection connection, int operations, Watcher watcher) throws ClosedChannelException {
        SelectionKey key = connection.channel().keyFor(selector);
        if (key == null) {
            connection.channel().register(selector, operations, watcher);
        } else {
            key.attach(watcher);
            key.interestOps(operations);
        }
    }

    /** Its time runs; in the loop alone. */
    void connecting(Http1Call call) {
        connecting.add(call);
    }

    /** In the loop alone. */
    void connected(Http1Call call) {
        connecting.remove(call);
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    private void run() {
        while (!closed) {
            try {
                selector.select(Loop::ready, TICK_MILLIS);
                woken.set(false);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    guarded(task);
                }
                tick();
            } catch (IOException | RuntimeException e) {
                LOG.log(Level.ERROR, "The loop that reads from backends goes on after {0}", e.toString());
            }
        }
        closeAll();
    }

    private void tick() {
        long now = System.nanoTime();
        if (now - ticked > TICK_MILLIS * 1_000_000) {
            ticked = now;
            Set.copyOf(connecting).forEach(Http1Call::tick);
            guarded(everyTick);
        }
    }

    private static void ready(SelectionKey key) {
        if (key.attachment() instanceof Watcher watcher) {
            guarded(watcher::ready);
        }
    }

    /** Whatever becomes of one exchange, the loop of all others goes on. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "One exchange with a backend ended with {0}", e.toString());
        }
    }

    private void closeAll() {
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            // the server is going down
        }
    }
}
