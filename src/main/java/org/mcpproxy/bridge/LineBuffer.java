package org.mcpproxy.bridge;

import java.io.ByteArrayOutputStream;

/** One line after another. What a long one needed is not kept for the rest of a process or a stream. */
final class LineBuffer extends ByteArrayOutputStream {

    /** In bytes, between lines. */
    static final int KEPT = 16 * 1024;

    private static final int FIRST = 32;

    LineBuffer() {
        super(FIRST);
    }

    /** What has come; nothing of it is left then. */
    synchronized byte[] taken() {
        byte[] whole = toByteArray();
        if (buf.length > KEPT) {
            buf = new byte[FIRST];
        }
        reset();
        return whole;
    }

    /** In bytes, of the memory that it holds. */
    synchronized int capacity() {
        return buf.length;
    }
}
