package org.mcpproxy.signing;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.oauth.AuthenticationEvent;

/**
 * What one of our access tokens says (RFC 9068 2.2).
 *
 * @param subject Okta's user id; of a client that acts for itself its {@code client_id}
 * @param audience the canonical resource
 * @param grantId the grant it was issued for, whose end is its end
 * @param id {@code jti}
 * @param profile what else is known of the user, where it fits into a token
 * @param actors the clients that act for the user one for the other, the present one first (RFC 8693 4.1); empty where the
 *     token was not exchanged
 * @param keyThumbprint of the key that its holder must prove to have ({@code cnf.jkt}, RFC 9449 6.1); empty for a bearer token
 * @param authentication how the user signed on
 */
public record AccessToken(
        String subject,
        String clientId,
        String audience,
        Scope scope,
        String grantId,
        String id,
        Instant expiresAt,
        Optional<Profile> profile,
        List<String> actors,
        Optional<String> keyThumbprint,
        AuthenticationEvent authentication) {

    public AccessToken {
        actors = List.copyOf(actors);
    }

    /** A bearer token that was not exchanged, of whose user nothing is known of how they signed on. */
    public AccessToken(
            String subject,
            String clientId,
            String audience,
            Scope scope,
            String grantId,
            String id,
            Instant expiresAt,
            Optional<Profile> profile) {
        this(
                subject,
                clientId,
                audience,
                scope,
                grantId,
                id,
                expiresAt,
                profile,
                List.of(),
                Optional.empty(),
                AuthenticationEvent.UNKNOWN);
    }

    /** The same, with which these act for the user. */
    public AccessToken actedWithBy(List<String> clients) {
        return with(clients, keyThumbprint, authentication);
    }

    /** The same, bound to this key, if any. */
    public AccessToken boundTo(Optional<String> thumbprint) {
        return with(actors, thumbprint, authentication);
    }

    /** The same, for a user who signed on so. */
    public AccessToken signedOn(AuthenticationEvent event) {
        return with(actors, keyThumbprint, event);
    }

    private AccessToken with(List<String> clients, Optional<String> thumbprint, AuthenticationEvent event) {
        return new AccessToken(
                subject, clientId, audience, scope, grantId, id, expiresAt, profile, clients, thumbprint, event);
    }

    /** Whether a client has it for itself, and there is no user. No user's id is that of a client. */
    public boolean isOfService() {
        return subject.equals(clientId);
    }

    /** Whether a client has it by exchange, and acts for the user beside the one that was granted access. */
    public boolean isExchanged() {
        return !actors.isEmpty();
    }
}
