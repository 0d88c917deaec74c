package org.mcpproxy.relay;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Reads a request body of bounded size, and holds no thread while it waits for a slow client. */
final class RequestBody implements ReadListener {

    private static final int PART = 8192;

    private final ServletInputStream in;
    private final int longest;
    private final Consumer<byte[]> whole;
    private final Consumer<Rejection> refused;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private boolean over;

    private RequestBody(ServletInputStream in, int longest, Consumer<byte[]> whole, Consumer<Rejection> refused) {
        this.in = in;
        this.longest = longest;
        this.whole = whole;
        this.refused = refused;
    }

    /**
     * @param request in asynchronous mode
     * @param longest in bytes
     * @param whole gets the body
     * @param refused gets {@code REQUEST_TOO_LARGE}, as soon as that is known, or {@code REQUEST_INCOMPLETE}
     */
    static void read(ServletRequest request, int longest, Consumer<byte[]> whole, Consumer<Rejection> refused)
            throws IOException {
        if (request.getContentLengthLong() > longest) {
            refused.accept(Rejection.of(Reason.REQUEST_TOO_LARGE));
            return;
        }
        ServletInputStream in = request.getInputStream();
        in.setReadListener(new RequestBody(in, longest, whole, refused));
    }

    @Override
    public void onDataAvailable() throws IOException {
        byte[] part = new byte[PART];
        while (!over && in.isReady() && !in.isFinished()) {
            int length = in.read(part);
            if (length < 0) {
                return;
            }
            if (read.size() + length > longest) {
                refuse(Reason.REQUEST_TOO_LARGE);
                return;
            }
            read.write(part, 0, length);
        }
    }

    @Override
    public void onAllDataRead() {
        if (!over) {
            over = true;
            whole.accept(read.toByteArray());
        }
    }

    @Override
    public void onError(Throwable failure) {
        refuse(Reason.REQUEST_INCOMPLETE);
    }

    private void refuse(Reason reason) {
        if (!over) {
            over = true;
            refused.accept(Rejection.of(reason));
        }
    }
}
