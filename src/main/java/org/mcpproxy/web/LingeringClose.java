package org.mcpproxy.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of a request that is answered before its body has come whole (RFC 9112 9.6). A connection that is closed at
 * once takes the answer with it where the client is still sending; and the container by itself reads on for as long as
 * bytes come. So the client gets its answer, and some time to stop. Until then the request counts as one under way.
 */
public final class LingeringClose {

    private static final Duration TIME_TO_STOP = Duration.ofSeconds(5);

    private final HttpServletResponse response;
    private final RequestThreads threads;
    private final Runnable complete;
    private volatile boolean answered;
    private volatile boolean received;
    private final AtomicBoolean over = new AtomicBoolean();

    /** @param complete ends the request, once the client has stopped sending, or had its time */
    public LingeringClose(HttpServletResponse response, RequestThreads threads, Runnable complete) {
        this.response = response;
        this.threads = threads;
        this.complete = complete;
    }

    /** To be called before the answer is written. What may still come of the body would be taken for the next request. */
    public void announce() {
        response.setHeader("Connection", "close");
    }

    /** The whole answer has been written. */
    public void answered() {
        try {
            response.getOutputStream().close();
            threads.after(
                    TIME_TO_STOP,
                    () -> end(() -> {
                        ConnectionBreak.of(response, "A request was answered before its body had come.");
                        complete.run();
                    }));
            answered = true;
            endIfDone();
        } catch (IOException | RuntimeException e) {
            // The client has gone, or the application is being stopped.
            end(complete);
        }
    }

    /** Nothing more comes of the body: it is whole, or its client has gone. */
    void received() {
        received = true;
        threads.run(this::endIfDone);
    }

    /** Whichever comes second sees both. A request that is not refused is ended by others. */
    private void endIfDone() {
        if (answered && received) {
            end(complete);
        }
    }

    private void end(Runnable how) {
        if (over.compareAndSet(false, true)) {
            how.run();
        }
    }
}
