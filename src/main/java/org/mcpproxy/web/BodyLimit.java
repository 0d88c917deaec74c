package org.mcpproxy.web;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.ext.Provider;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Bounds the bodies of forms and registrations, whether or not they say their length. */
@Provider
public class BodyLimit implements ContainerRequestFilter {

    /** In bytes: several times the longest assertion or client metadata that is of use. */
    static final int LIMIT = 64 * 1024;

    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getLength() > LIMIT) {
            throw Rejection.of(Reason.REQUEST_TOO_LARGE);
        }
        request.setEntityStream(new Limited(request.getEntityStream()));
    }

    /** Fails at the first byte beyond the limit. */
    private static final class Limited extends FilterInputStream {

        private long read;

        Limited(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            count(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int some = super.read(buffer, offset, length);
            count(Math.max(some, 0));
            return some;
        }

        @Override
        public long skip(long wanted) throws IOException {
            long skipped = super.skip(wanted);
            count(skipped);
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void count(long bytes) {
            read += bytes;
            if (read > LIMIT) {
                throw Rejection.of(Reason.REQUEST_TOO_LARGE);
            }
        }
    }
}
