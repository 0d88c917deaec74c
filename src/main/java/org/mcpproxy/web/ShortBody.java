package org.mcpproxy.web;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/**
 * Reads a short body on the container's own thread, which most often needs not wait: it came together with its head. Only
 * few threads at a time may try, and once each: who sends slowly is read without a thread.
 */
public final class ShortBody {

    private static final int LONGEST = 16 * 1024;
    private static final int MOST_AT_ONCE = 64;
    private static final Semaphore READING = new Semaphore(MOST_AT_ONCE);
    private static final byte[] NOTHING = {};

    private ShortBody() {}

    /**
     * @return what has come of the body, which may be nothing, or all
     * @throws IOException where the client broke off
     */
    public static byte[] begin(HttpServletRequest request, RequestBody.Bounds bounds) throws IOException {
        long announced = request.getContentLengthLong();
        if (announced <= 0
                || announced > Math.min(LONGEST, bounds.longest())
                || request.getHeader("Expect") != null
                || !READING.tryAcquire()) {
            return NOTHING;
        }
        try {
            return bounds.share().take((int) announced)
                    ? read(request.getInputStream(), new byte[(int) announced])
                    : NOTHING;
        } finally {
            READING.release();
        }
    }

    private static byte[] read(ServletInputStream in, byte[] body) throws IOException {
        int length = Math.max(0, in.read(body));
        while (length < body.length && in.available() > 0) {
            length += Math.max(0, in.read(body, length, body.length - length));
        }
        return length == body.length ? body : Arrays.copyOf(body, length);
    }
}
