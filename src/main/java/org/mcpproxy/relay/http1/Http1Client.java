package org.mcpproxy.relay.http1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.relay.BackendClient;

/** Speaks HTTP/1.1, without TLS, over connections that it keeps. */
public final class Http1Client implements AutoCloseable {

    private final HostNames names;
    private final IdleConnections idle = new IdleConnections();
    private final Patience patience;
    private final Loop loop;
    private final ExecutorService connectors;
    private final ExecutorService tellers;

    public Http1Client() {
        this(HostNames.OF_SYSTEM);
    }

    Http1Client(HostNames names) {
        this.names = names;
        patience = new Patience();
        connectors = Executors.newFixedThreadPool(4, named("relay-connect"));
        tellers = Executors.newFixedThreadPool(
                Math.max(4, 2 * Runtime.getRuntime().availableProcessors()), named("relay-backend"));
        try {
            loop = new Loop("relay-loop", idle::expire);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For what has so much time until a connection is open; those that are open are shared by all. */
    public BackendClient connectingWithin(Duration time) {
        return (method, url, headers, body) -> send(url, RequestBytes.of(method, url, headers, body), time);
    }

    private BackendClient.Call send(URI url, ByteBuffer request, Duration connectTime) {
        Http1Call call = new Http1Call(this, loop, request, connectTime);
        Origin origin = Origin.of(url);
        for (Connection next = idle.take(origin); next != null; next = idle.take(origin)) {
            if (call.begin(next)) {
                return call;
            }
        }
        loop.execute(() -> loop.connecting(call));
        run(connectors, () -> lookUp(origin, call));
        return call;
    }

    /** On a thread of its own, as it may take its time. */
    private void lookUp(Origin origin, Http1Call call) {
        try {
            List<InetAddress> addresses = names.addresses(origin.host());
            loop.execute(() -> call.open(origin, addresses));
        } catch (UnknownHostException | SecurityException e) {
            loop.execute(() -> call.fail(Reason.BACKEND_UNAVAILABLE, e));
        }
    }

    Patience patience() {
        return patience;
    }

    /** The exchange is over: its connection serves another, or is closed. */
    void release(Connection connection) {
        if (connection.parser().allowsNext()) {
            idle.give(connection);
        } else {
            connection.close();
        }
    }

    /** Not in the loop, which must not wait: whoever hears of an answer writes its head to the client. */
    void tell(Runnable news) {
        run(tellers, news);
    }

    @Override
    public void close() {
        connectors.shutdownNow();
        tellers.shutdown();
        idle.close();
        loop.close();
    }

    private static void run(ExecutorService threads, Runnable work) {
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            // The server is going down, and all exchanges with it.
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
