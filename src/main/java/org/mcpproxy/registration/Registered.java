package org.mcpproxy.registration;

import java.util.Optional;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.RedirectUris;
import org.mcpproxy.oauth.Secret;

/**
 * A client as it is registered now, with what it is told this one time.
 *
 * @param secret of a client that has just become confidential
 * @param token the registration access token (RFC 7592 3), by which alone it manages its registration from now on
 */
public record Registered(Client client, Optional<Secret> secret, Secret token) {

    /** By which somebody who looks for it later sees that a client was taken over: its name alone does not tell. */
    AuditEvent.Registered forAudit() {
        return new AuditEvent.Registered(
                client.name().orElse(null),
                client.authenticationMethod().getValue(),
                client.redirectUris().stream()
                        .map(RedirectUris::destination)
                        .distinct()
                        .toList());
    }
}
