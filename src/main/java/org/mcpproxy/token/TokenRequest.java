package org.mcpproxy.token;

import java.util.function.Consumer;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Parameters;

/**
 * A token request (RFC 6749 3.2) whose client is known.
 *
 * @param client has authenticated, where it is confidential
 * @param user takes whose tokens they would be, as soon as that is known, for the audit of a refusal
 */
public record TokenRequest(Client client, Parameters parameters, Trail trail, Consumer<String> user) {

    void isOf(Grant grant) {
        user.accept(grant.user().id());
    }
}
