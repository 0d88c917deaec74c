package org.mcpproxy.relay.http2;

import java.nio.ByteBuffer;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.io.Content;

/** The body of a request, which it forgets once it has been taken: its answer may stream for days. */
final class SentBody implements Request.Content {

    private final int length;
    private Content.Chunk next;

    SentBody(byte[] body) {
        length = body.length;
        next = Content.Chunk.from(ByteBuffer.wrap(body), true);
    }

    @Override
    public String getContentType() {
        return null;
    }

    @Override
    public long getLength() {
        return length;
    }

    @Override
    public synchronized Content.Chunk read() {
        Content.Chunk taken = next;
        next = Content.Chunk.next(taken);
        return taken;
    }

    /** There is always something to read, even if it is the end. */
    @Override
    public void demand(Runnable readable) {
        readable.run();
    }

    @Override
    public synchronized void fail(Throwable failure) {
        next = Content.Chunk.from(failure);
    }
}
