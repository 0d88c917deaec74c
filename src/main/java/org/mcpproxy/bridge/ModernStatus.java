package org.mcpproxy.bridge;

import java.util.Set;

/** The HTTP status of a response since MCP 2026-07-28 (Streamable HTTP, Sending Messages), where errors have their own. */
final class ModernStatus {

    private static final String METHOD_NOT_FOUND = "-32601";

    /** Header mismatch, missing capability, unsupported version: a client decides by them how to go on. */
    private static final Set<String> OF_THE_PROTOCOL = Set.of("-32020", "-32021", "-32022");

    private ModernStatus() {}

    /**
     * @param probing whether it answers {@code server/discover}: one who knows older revisions alone may refuse that with
     *     whatever code, and its client is to try those then
     */
    static int of(Envelope response, boolean probing) {
        String code = response.failure().orElse("");
        if (code.equals(METHOD_NOT_FOUND)) {
            return 404;
        }
        return OF_THE_PROTOCOL.contains(code) || (probing && !code.isEmpty()) ? 400 : 200;
    }
}
