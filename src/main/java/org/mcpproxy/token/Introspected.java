package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.minidev.json.JSONObject;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.signing.ActorClaim;
import org.mcpproxy.signing.KeyClaim;

/**
 * What may be told of a token that is active.
 *
 * @param user whose it is, for the audit; null where a client has it for itself
 * @param audience the resources that it is for, or what else it is meant for
 * @param scope empty for one that is no authority for anything
 * @param type {@code Bearer} or {@code DPoP}, where it is an access token
 * @param actors who act for the user, the present one first
 * @param keyThumbprint of the key that an access token is bound to, if any
 * @param authentication how the user signed on
 */
record Introspected(
        String user,
        String subject,
        String clientId,
        List<String> audience,
        Optional<Scope> scope,
        Optional<String> type,
        Optional<String> grantId,
        Instant expiresAt,
        List<String> actors,
        Optional<String> keyThumbprint,
        AuthenticationEvent authentication) {

    /** Of one that says nothing of actors, of a key and of the sign-on. */
    Introspected(
            String user,
            String subject,
            String clientId,
            List<String> audience,
            Optional<Scope> scope,
            Optional<String> type,
            Optional<String> grantId,
            Instant expiresAt) {
        this(
                user,
                subject,
                clientId,
                audience,
                scope,
                type,
                grantId,
                expiresAt,
                List.of(),
                Optional.empty(),
                AuthenticationEvent.UNKNOWN);
    }

    /** The answer (RFC 7662 2.2, RFC 9470 6.2); {@code exp} in seconds since 1970. */
    JSONObject toResponse(String issuer) {
        JSONObject json = new JSONObject();
        json.put("active", true);
        json.put("iss", issuer);
        json.put("sub", subject);
        json.put("client_id", clientId);
        json.put("aud", audience.size() == 1 ? audience.get(0) : audience);
        json.put("exp", expiresAt.getEpochSecond());
        scope.ifPresent(value -> json.put("scope", value.toString()));
        type.ifPresent(value -> json.put("token_type", value));
        Optional.ofNullable(ActorClaim.write(actors)).ifPresent(value -> json.put(ActorClaim.NAME, value));
        Optional.ofNullable(KeyClaim.write(keyThumbprint)).ifPresent(value -> json.put(KeyClaim.NAME, value));
        json.putAll(authentication.claims());
        return json;
    }
}
