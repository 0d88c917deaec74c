package org.mcpproxy.token;

import java.util.Optional;
import java.util.function.Consumer;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * A token request (RFC 6749 3.2) whose client is known.
 *
 * @param client has authenticated, where it is confidential
 * @param keyThumbprint of the key that it has proved to have, and that its access token is to be bound to (RFC 9449 5)
 * @param user takes whose tokens they would be, as soon as that is known, for the audit of a refusal
 */
public record TokenRequest(
        Client client, Optional<String> keyThumbprint, Parameters parameters, Trail trail, Consumer<String> user) {

    void isOf(Grant grant) {
        user.accept(grant.user().id());
    }

    /**
     * Whoever presents what is bound to a key must have it.
     *
     * @throws Rejection {@code PROOF_MISSING} or {@code PROOF_OF_OTHER_KEY}
     */
    void requireKey(String bound) {
        String proven = keyThumbprint.orElseThrow(() -> Rejection.of(Reason.PROOF_MISSING));
        if (!proven.equals(bound)) {
            throw Rejection.of(Reason.PROOF_OF_OTHER_KEY);
        }
    }
}
