package org.mcpproxy.relay;

import java.nio.ByteBuffer;
import org.mcpproxy.oauth.Rejection;

/** Changes the body of an answer on its way, part by part. */
interface BodyFilter {

    byte[] NOTHING = {};

    /**
     * @param part in whatever pieces the network cut it
     * @return what may go on now
     * @throws Rejection where what came cannot be judged
     */
    byte[] next(ByteBuffer part);

    /**
     * The backend has ended its answer.
     *
     * @return what may go on at last
     * @throws Rejection as {@link #next}
     */
    byte[] end();

    /** An error of ours, as this kind of body has it. */
    byte[] error(byte[] jsonRpcError);
}
