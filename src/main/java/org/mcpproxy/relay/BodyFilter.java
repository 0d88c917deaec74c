package org.mcpproxy.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.mcpproxy.oauth.Rejection;

/** Changes the body of an answer on its way, part by part. */
interface BodyFilter {

    /**
     * @param part in whatever pieces the network cut it
     * @param out takes what may go on now
     * @throws Rejection where what came cannot be judged; what {@code out} has then may go on all the same
     */
    void next(ByteBuffer part, ByteArrayOutputStream out);

    /**
     * The backend has ended its answer.
     *
     * @param out takes what may go on at last
     * @throws Rejection as {@link #next}
     */
    void end(ByteArrayOutputStream out);

    /** An error of ours, as this kind of body has it. */
    byte[] error(byte[] jsonRpcError);
}
