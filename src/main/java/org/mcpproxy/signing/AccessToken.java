package org.mcpproxy.signing;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import java.util.Optional;

/**
 * What one of our access tokens says (RFC 9068 2.2).
 *
 * @param subject Okta's user id; of a client that acts for itself its {@code client_id}
 * @param audience the canonical resource
 * @param grantId the grant it was issued for, whose end is its end
 * @param id {@code jti}
 * @param profile what else is known of the user, where it fits into a token
 */
public record AccessToken(
        String subject,
        String clientId,
        String audience,
        Scope scope,
        String grantId,
        String id,
        Instant expiresAt,
        Optional<Profile> profile) {

    /** Whether a client has it for itself, and there is no user. No user's id is that of a client. */
    public boolean isOfService() {
        return subject.equals(clientId);
    }
}
