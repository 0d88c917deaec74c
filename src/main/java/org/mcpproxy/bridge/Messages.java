package org.mcpproxy.bridge;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * What one text of JSON-RPC says.
 *
 * @param batch whether they were written as an array, be it of one: then so is the answer (JSON-RPC 2.0, Batch)
 */
record Messages(List<Envelope> all, boolean batch) {

    static final String INITIALIZE = "initialize";

    /**
     * Those of a POST.
     *
     * @param owner whose they are
     * @throws Rejection {@code MESSAGE_MALFORMED}
     */
    static Messages of(byte[] body, String owner) {
        try {
            return EnvelopeParser.parse(new String(body, StandardCharsets.UTF_8), owner);
        } catch (BadLineException e) {
            throw Rejection.of(Reason.MESSAGE_MALFORMED);
        }
    }

    Envelope first() {
        return all.get(0);
    }

    int requests() {
        return (int) all.stream().filter(Envelope::isRequest).count();
    }

    /** Whether it is the one request that opens a session, which stands in no batch (MCP 2025-03-26, Lifecycle). */
    boolean opensSession() {
        return !batch && first().isRequest() && first().is(INITIALIZE);
    }
}
