package org.mcpproxy.relay;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * What one node says to another of a request that it hands on, so that nobody else can: who calls, for what, and when.
 *
 * @param node that it is made for, by its {@code NODE_URL}; former versions do not say
 * @param bodyHash SHA-256 of the body
 * @param madeAt it is good for seconds
 * @param nonce that of no other
 */
record NodePass(
        Optional<URI> node, String method, String path, String session, String bodyHash, Instant madeAt, String nonce) {

    static String hash(byte[] body) {
        return new Secret(new String(body, StandardCharsets.ISO_8859_1)).hash();
    }

    /**
     * Whoever listens at the address of a node that is gone could have it opened by another that lives.
     *
     * @throws Rejection {@code NODE_PASS_INVALID} where it was made for another node
     */
    void requireAt(Optional<URI> here) {
        require(node.isEmpty() || node.equals(here));
    }

    /** @throws Rejection {@code NODE_PASS_INVALID} where it was made for another request */
    void requireFor(String method, String path, String session) {
        require(this.method.equals(method) && this.path.equals(path) && this.session.equals(session));
    }

    /** @throws Rejection {@code NODE_PASS_INVALID} where it was made for another body */
    void requireFor(byte[] body) {
        require(MessageDigest.isEqual(
                bodyHash.getBytes(StandardCharsets.US_ASCII), hash(body).getBytes(StandardCharsets.US_ASCII)));
    }

    private static void require(boolean fits) {
        if (!fits) {
            throw Rejection.of(Reason.NODE_PASS_INVALID);
        }
    }
}
