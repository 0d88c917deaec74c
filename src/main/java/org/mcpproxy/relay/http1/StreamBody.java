package org.mcpproxy.relay.http1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.util.List;
import java.util.concurrent.Flow;

/** The body of an answer, read only as its subscriber asks for it: what it does not take stays with the backend. */
final class StreamBody implements Flow.Publisher<List<ByteBuffer>>, Flow.Subscription, Loop.Watcher {

    private final Http1Client client;
    private final Loop loop;
    private final Connection connection;
    private Flow.Subscriber<? super List<ByteBuffer>> subscriber;
    private long demand;
    private boolean pumping;
    private boolean over;

    StreamBody(Http1Client client, Loop loop, Connection connection) {
        this.client = client;
        this.loop = loop;
        this.connection = connection;
        unwatch(loop, connection);
    }

    static void unwatch(Loop loop, Connection connection) {
        try {
            loop.watch(connection, 0, null);
        } catch (ClosedChannelException e) {
            // nobody watches what is closed
        }
    }

    @Override
    public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> given) {
        loop.execute(() -> {
            subscriber = given;
            given.onSubscribe(this);
        });
    }

    @Override
    public void request(long count) {
        loop.execute(() -> {
            demand += count;
            pump();
        });
    }

    @Override
    public void cancel() {
        loop.execute(() -> {
            if (!over) {
                over = true;
                connection.close();
            }
        });
    }

    @Override
    public void ready() {
        if (over) {
            return;
        }
        try {
            int count = connection.read(loop.scratch());
            if (count < 0) {
                connection.parser().end();
            } else {
                connection.parser().parse(loop.scratch());
            }
        } catch (IOException e) {
            connection.parser().end();
        }
        pump();
    }

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            while (!over && step()) {
                // the subscriber may have asked for more
            }
        } finally {
            pumping = false;
        }
    }

    /** @return whether there may be more to do at once */
    private boolean step() {
        AnswerParser parser = connection.parser();
        if (parser.contentLength() > 0) {
            if (demand > 0) {
                demand--;
                subscriber.onNext(parser.takeContent());
                return true;
            }
            watch(0);
        } else if (parser.fault() != null) {
            over = true;
            connection.close();
            subscriber.onError(new IOException("The backend broke off: " + parser.fault()));
        } else if (parser.isDone()) {
            over = true;
            unwatch(loop, connection);
            client.release(connection);
            subscriber.onComplete();
        } else {
            watch(demand > 0 ? SelectionKey.OP_READ : 0);
        }
        return false;
    }

    private void watch(int operations) {
        try {
            loop.watch(connection, operations, this);
        } catch (ClosedChannelException e) {
            connection.parser().end();
        }
    }
}
