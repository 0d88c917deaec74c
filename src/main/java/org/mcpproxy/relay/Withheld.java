package org.mcpproxy.relay;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.BodyBudget;

/** Bytes of an answer that may not go on before they have been judged. */
final class Withheld {

    private static final int FIRST = 4096;

    /** In bytes, of JSON: so much takes a millisecond at worst, and four MiB 65, with many times as much memory. */
    private static final int LARGE = 64 * 1024;

    private final int most;
    private final BodyBudget.Share share;
    private byte[] bytes = {};
    private int length;

    /**
     * @param most bytes at once
     * @param share pays for them until its request is over
     */
    Withheld(int most, BodyBudget.Share share) {
        this.most = most;
        this.share = share;
    }

    /** @throws Rejection {@code POLICY_CANNOT_READ} where it is too much */
    void add(byte next) {
        requireRoom(1);
        bytes[length++] = next;
    }

    /** @throws Rejection {@code POLICY_CANNOT_READ} where it is too much */
    void add(ByteBuffer part) {
        int more = part.remaining();
        requireRoom(more);
        part.get(bytes, length, more);
        length += more;
    }

    int length() {
        return length;
    }

    boolean isLarge() {
        return length >= LARGE;
    }

    byte at(int index) {
        return bytes[index];
    }

    byte[] copy(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    /** All of it, which is withheld no longer. */
    byte[] release() {
        byte[] all = Arrays.copyOf(bytes, length);
        length = 0;
        return all;
    }

    private void requireRoom(int more) {
        if (more > most - length) {
            throw Rejection.of(Reason.POLICY_CANNOT_READ);
        }
        if (length + more > bytes.length) {
            int longer = (int) Math.min(most, Math.max(Math.max(FIRST, 2L * bytes.length), (long) length + more));
            if (!share.take(longer - bytes.length)) {
                throw Rejection.of(Reason.POLICY_CANNOT_READ);
            }
            bytes = Arrays.copyOf(bytes, longer);
        }
    }
}
