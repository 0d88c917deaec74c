package org.mcpproxy.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.mcpproxy.oauth.Rejection;

/** Changes the body of an answer on its way, part by part. */
interface BodyFilter {

    /**
     * @param part in whatever pieces the network cut it
     * @param hasTime whether it may take long; not on a thread that reads for all
     * @param out takes what may go on now
     * @return false where it would take long: the rest of the part is left, to be given again where there is time
     * @throws Rejection where what came cannot be judged; what {@code out} has then may go on all the same
     */
    boolean next(ByteBuffer part, boolean hasTime, ByteArrayOutputStream out);

    /**
     * The backend has ended its answer.
     *
     * @param hasTime as with {@link #next}
     * @param out takes what may go on at last
     * @return false where it would take long, and is to be called again where there is time
     * @throws Rejection as {@link #next}
     */
    boolean end(boolean hasTime, ByteArrayOutputStream out);

    /** An error of ours, as this kind of body has it. */
    byte[] error(byte[] jsonRpcError);
}
