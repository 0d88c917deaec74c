package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import net.minidev.json.JSONObject;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Secret;

/**
 * The tokens that were issued.
 *
 * @param idToken for a client that asked who its user is
 * @param keyThumbprint of the key that the access token is bound to, if any
 * @param resource that the access token is for; empty in what an older node kept
 * @param issuedType what kind of token it is, where the request might have asked for several
 * @param namesResource whether the answer has to say which resource it is for
 * @param user whose grant it is, for the audit; null where a client has it for itself
 */
public record TokenAnswer(
        Secret accessToken,
        Instant expiresAt,
        Optional<Secret> refreshToken,
        Optional<Secret> idToken,
        Scope scope,
        String user,
        String grantId,
        Optional<String> keyThumbprint,
        String resource,
        Optional<TokenTypeURI> issuedType,
        boolean namesResource) {

    public TokenAnswer(
            Secret accessToken,
            Instant expiresAt,
            Optional<Secret> refreshToken,
            Scope scope,
            String user,
            String grantId,
            Optional<String> keyThumbprint,
            String resource) {
        this(
                accessToken,
                expiresAt,
                refreshToken,
                Optional.empty(),
                scope,
                user,
                grantId,
                keyThumbprint,
                resource,
                Optional.empty(),
                false);
    }

    /** The same, with an ID token. */
    TokenAnswer with(Secret issued) {
        return new TokenAnswer(
                accessToken,
                expiresAt,
                refreshToken,
                Optional.of(issued),
                scope,
                user,
                grantId,
                keyThumbprint,
                resource,
                issuedType,
                namesResource);
    }

    /** The same, as the answer to a token exchange names it (RFC 8693 2.2.1). */
    TokenAnswer asExchanged() {
        return new TokenAnswer(
                accessToken,
                expiresAt,
                refreshToken,
                idToken,
                scope,
                user,
                grantId,
                keyThumbprint,
                resource,
                Optional.of(TokenTypeURI.ACCESS_TOKEN),
                namesResource);
    }

    /** The same, as the answer to an ID-JAG says where it is good (draft-ietf-oauth-identity-assertion-authz-grant-03 4.4.1). */
    TokenAnswer namingResource() {
        return new TokenAnswer(
                accessToken,
                expiresAt,
                refreshToken,
                idToken,
                scope,
                user,
                grantId,
                keyThumbprint,
                resource,
                issuedType,
                true);
    }

    /** How the access token is to be used (RFC 6749 7.1, RFC 9449 5). */
    static String type(Optional<String> keyThumbprint) {
        return keyThumbprint.isPresent() ? "DPoP" : "Bearer";
    }

    /** The successful response (RFC 6749 5.1, OpenID Connect Core 3.1.3.3); {@code expires_in} in seconds from now. */
    public JSONObject toResponse(Instant now) {
        JSONObject json = new JSONObject();
        json.put("access_token", accessToken.value());
        json.put("token_type", type(keyThumbprint));
        json.put("expires_in", Math.max(0, Duration.between(now, expiresAt).toSeconds()));
        refreshToken.ifPresent(token -> json.put("refresh_token", token.value()));
        idToken.ifPresent(token -> json.put("id_token", token.value()));
        json.put("scope", scope.toString());
        issuedType.ifPresent(type -> json.put("issued_token_type", type.toString()));
        if (namesResource) {
            json.put("resource", resource);
        }
        return json;
    }

    /** All of it as text, to be sealed for a client that repeats its request. */
    String write() {
        JSONObject json = new JSONObject();
        json.put("access_token", accessToken.value());
        json.put("expires_at", expiresAt.getEpochSecond());
        refreshToken.ifPresent(token -> json.put("refresh_token", token.value()));
        idToken.ifPresent(token -> json.put("id_token", token.value()));
        json.put("scope", scope.toString());
        json.put("user", user);
        json.put("grant", grantId);
        json.put("resource", resource);
        keyThumbprint.ifPresent(thumbprint -> json.put("key", thumbprint));
        return Json.write(json);
    }

    static TokenAnswer read(String text) {
        try {
            JSONObject json = JSONObjectUtils.parse(text);
            return new TokenAnswer(
                    new Secret(JSONObjectUtils.getString(json, "access_token")),
                    Instant.ofEpochSecond(JSONObjectUtils.getLong(json, "expires_at")),
                    secret(json, "refresh_token"),
                    secret(json, "id_token"),
                    Scope.parse(JSONObjectUtils.getString(json, "scope")),
                    JSONObjectUtils.getString(json, "user"),
                    JSONObjectUtils.getString(json, "grant"),
                    Optional.ofNullable(JSONObjectUtils.getString(json, "key", null)),
                    JSONObjectUtils.getString(json, "resource", ""),
                    Optional.empty(),
                    false);
        } catch (ParseException e) {
            throw new IllegalStateException("A sealed answer does not hold what was sealed", e);
        }
    }

    private static Optional<Secret> secret(JSONObject json, String name) throws ParseException {
        return Optional.ofNullable(JSONObjectUtils.getString(json, name, null)).map(Secret::new);
    }
}
