package org.mcpproxy.relay.http1;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** One connection to a backend, which carries one exchange at a time. For one thread at a time. */
final class Connection {

    private final Origin origin;
    private final SocketChannel channel;
    private final AnswerParser parser = new AnswerParser();
    private Selector own;
    private long idleSince;

    Connection(Origin origin) throws IOException {
        this.origin = origin;
        this.channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        KeepAlive.of(channel);
    }

    Origin origin() {
        return origin;
    }

    SocketChannel channel() {
        return channel;
    }

    AnswerParser parser() {
        return parser;
    }

    /** @return -1 where the backend has closed its side; 0 where nothing has come */
    int read(ByteBuffer scratch) throws IOException {
        scratch.clear();
        int count = channel.read(scratch);
        scratch.flip();
        return count;
    }

    /** Waits on this thread. */
    boolean awaitReadable(long millis) throws IOException {
        if (own == null) {
            own = Selector.open();
            channel.register(own, SelectionKey.OP_READ);
        }
        int ready = own.select(millis);
        own.selectedKeys().clear();
        return ready > 0;
    }

    /** No thread will wait for it any more: it belongs to a loop. */
    void leaveThread() {
        if (own != null) {
            try {
                own.close();
            } catch (IOException e) {
                // nothing of it is needed any more
            }
            own = null;
        }
    }

    void idle() {
        idleSince = System.nanoTime();
    }

    boolean isIdleFor(Duration time) {
        return System.nanoTime() - idleSince > time.toNanos();
    }

    /** Whether the backend has closed it meanwhile, or sent what nobody asked for. */
    boolean isStale() {
        try {
            return channel.read(ByteBuffer.allocate(1)) != 0;
        } catch (IOException e) {
            return true;
        }
    }

    void close() {
        leaveThread();
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
