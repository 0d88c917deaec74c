package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Reads forms and registrations before JAX-RS does, which would hold a thread until the last byte has come: a few hundred
 * clients that send one byte a second would then stop the server for all. The request is dispatched anew with its body.
 */
public class BodyFilter extends HttpFilter {

    /** In bytes: several times the longest assertion or client metadata that is of use. */
    static final int LONGEST = 64 * 1024;

    static final Duration DEADLINE = Duration.ofSeconds(15);

    /** Of the heap. Nobody who sends here is known yet, so those behind one address share an eighth of it. */
    private static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 16;

    /** In bytes: what a request takes before the first byte of its body, so that the bound is one on their number too. */
    private static final int REQUEST = 16 * 1024;

    private final transient RequestThreads threads;
    private final transient AuditLog audit;
    private final transient BodyBudget budget = new BodyBudget(MOST_BYTES, MOST_BYTES / 8);

    @Inject
    public BodyFilter(RequestThreads threads, AuditLog audit) {
        this.threads = threads;
        this.audit = audit;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!hasBody(request)) {
            chain.doFilter(request, response);
        } else {
            BodyBudget.Share share = budget.share(Network.of(Trail.of(request).address()));
            if (share.take(REQUEST)) {
                read(share, request, response);
            } else {
                response.setHeader("Connection", "close");
                refuse(Rejection.until(Reason.SERVER_FULL, DEADLINE), request, response);
            }
        }
    }

    /** RFC 9112 6.3. */
    private static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    private void read(BodyBudget.Share share, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        BufferedRequest buffered = new BufferedRequest(request);
        AsyncContext async = request.startAsync(buffered, response);
        // Our own clock ends the reading; what comes after it has bounds of its own.
        async.setTimeout(0);
        async.addListener(new Finally(share::close));
        LingeringClose closing = new LingeringClose(response, threads, async::complete);
        try {
            RequestBody.read(
                    request,
                    new RequestBody.Bounds(LONGEST, share, DEADLINE),
                    threads,
                    closing,
                    body -> {
                        buffered.body = body;
                        async.dispatch();
                    },
                    rejection -> end(rejection, request, response, closing));
        } catch (IOException | RuntimeException e) {
            async.complete();
            throw e;
        }
    }

    private void end(
            Rejection rejection, HttpServletRequest request, HttpServletResponse response, LingeringClose closing) {
        try {
            closing.announce();
            refuse(rejection, request, response);
        } catch (IOException e) {
            // The client has gone; there is nobody left to tell.
        } finally {
            closing.answered();
        }
    }

    private void refuse(Rejection rejection, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        audit.record(new AuditEvent.Refused(Trail.of(request), null, null, Endpoint.of(request), rejection.reason()));
        ErrorAnswer.of(rejection).writeTo(request, response);
    }

    /** Once the request is over, answered or not: until then it holds its body. */
    private record Finally(Runnable work) implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) {
            work.run();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    /** A request whose body has come. */
    private static final class BufferedRequest extends HttpServletRequestWrapper {

        private volatile byte[] body = {};

        BufferedRequest(HttpServletRequest request) {
            super(request);
        }

        /** What comes after may not put the request off once more; RESTEasy would, for text that it writes. */
        @Override
        public boolean isAsyncSupported() {
            return false;
        }

        @Override
        public boolean isAsyncStarted() {
            return false;
        }

        @Override
        public int getContentLength() {
            return body.length;
        }

        @Override
        public long getContentLengthLong() {
            return body.length;
        }

        @Override
        public ServletInputStream getInputStream() {
            return new InMemory(new ByteArrayInputStream(body));
        }
    }

    private static final class InMemory extends ServletInputStream {

        private final ByteArrayInputStream bytes;

        InMemory(ByteArrayInputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return bytes.read(buffer, offset, length);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body has been read");
        }
    }
}
