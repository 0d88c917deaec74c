package org.mcpproxy.relay;

import java.util.concurrent.atomic.AtomicBoolean;
import org.mcpproxy.web.BodyBudget;

/**
 * A request's place among those under way, and its share of the memory for bodies. Taken before the body is read, which
 * a client may send slowly; given back when the request has been refused, or its exchange is over.
 */
final class Admission implements AutoCloseable {

    private final Runnable leave;
    private final BodyBudget.Share body;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param leave gives the place back */
    Admission(Runnable leave, BodyBudget.Share body) {
        this.leave = leave;
        this.body = body;
    }

    BodyBudget.Share body() {
        return body;
    }

    /** Does nothing a second time. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            body.close();
            leave.run();
        }
    }
}
