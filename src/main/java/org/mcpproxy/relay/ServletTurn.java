package org.mcpproxy.relay;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The container's side of one request: it is answered before the container's thread leaves, or, once that has been asked
 * for, whenever it will be.
 */
final class ServletTurn {

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private AsyncContext async;

    ServletTurn(HttpServletRequest request, HttpServletResponse response) {
        this.request = request;
        this.response = response;
    }

    HttpServletRequest request() {
        return request;
    }

    HttpServletResponse response() {
        return response;
    }

    /** Whether this may still be the container's thread, which answers when it leaves. */
    boolean isSynchronous() {
        return async == null;
    }

    /** From now on the request stays open until it is completed. Does nothing a second time. */
    void leaveThread() {
        if (async == null) {
            AsyncContext begun = request.startAsync();
            // Our own clocks end what takes too long; a stream may stay open for days.
            begun.setTimeout(0);
            async = begun;
        }
    }

    /** Whatever is to be answered has been written. */
    void complete() {
        if (async != null) {
            async.complete();
        }
    }
}
