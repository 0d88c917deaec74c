package org.mcpproxy.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Utf8;

/** Takes out of an answer that is one JSON text what its caller may not use. */
final class WholeFilter implements BodyFilter {

    private final ListedThings things;
    private final Withheld withheld;
    private final boolean strict;

    /** @param strict whether what is not JSON is refused; else it goes on as it is, as an error's words may */
    WholeFilter(ListedThings things, Withheld withheld, boolean strict) {
        this.things = things;
        this.withheld = withheld;
        this.strict = strict;
    }

    @Override
    public boolean next(ByteBuffer part, boolean hasTime, ByteArrayOutputStream out) {
        withheld.add(part);
        return true;
    }

    @Override
    public boolean end(boolean hasTime, ByteArrayOutputStream out) {
        if (!hasTime && withheld.isLarge()) {
            return false;
        }
        byte[] all = withheld.release();
        if (all.length > 0) {
            out.writeBytes(filtered(all));
        }
        return true;
    }

    private byte[] filtered(byte[] all) {
        try {
            String text = Utf8.text(all).orElseThrow(() -> Rejection.of(Reason.POLICY_CANNOT_READ));
            return things.filtered(text).getBytes(StandardCharsets.UTF_8);
        } catch (Rejection e) {
            if (strict) {
                throw e;
            }
            return all;
        }
    }

    @Override
    public byte[] error(byte[] jsonRpcError) {
        return jsonRpcError;
    }
}
