package org.mcpproxy.okta;

import com.nimbusds.jose.JOSEObjectType;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Access tokens that Okta would never issue. Each starts as a sound token of the custom server for a user; one thing is
 * made wrong, so that a test which sees it refused knows why.
 */
public final class TokenForge {

    private final OktaKeys keys;
    private final Map<String, Object> claims;
    private JOSEObjectType type;

    TokenForge(OktaKeys keys, Map<String, Object> claims, JOSEObjectType type) {
        this.keys = keys;
        this.claims = claims;
        this.type = type;
    }

    TokenForge(OktaKeys keys, String issuer, String audience, OktaUser user, List<String> scopes) {
        this(keys, new LinkedHashMap<>(), null);
        Instant now = Instant.now();
        claims.put("ver", 1);
        claims.put("jti", "AT." + UUID.randomUUID());
        claims.put("iss", issuer);
        claims.put("aud", audience);
        claims.put("sub", user.login());
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plusSeconds(3600).getEpochSecond());
        claims.put("cid", OktaApplications.Application.AGENT.clientId());
        claims.put("uid", user.id());
        claims.put("scp", scopes);
    }

    public TokenForge with(String claim, Object value) {
        claims.put(claim, value);
        return this;
    }

    public TokenForge without(String claim) {
        claims.remove(claim);
        return this;
    }

    public TokenForge typed(String other) {
        type = new JOSEObjectType(other);
        return this;
    }

    public TokenForge expired() {
        claims.put("iat", Instant.now().minusSeconds(7200).getEpochSecond());
        return with("exp", Instant.now().minusSeconds(3600).getEpochSecond());
    }

    /** Signed by the org's key: sound, but for what was changed. */
    public String signed() {
        return OktaKeys.sign(claims, keys.current(), type);
    }

    /** Signed by another key under the org's {@code kid}. */
    public String signedByAnImpostor() {
        return OktaKeys.sign(claims, new FaultySignature(keys, new Faults()).impostor(), type);
    }

    /** Signed by a key that is not published. */
    public String signedByAnUnknownKey() {
        return OktaKeys.sign(claims, OktaKeys.newKey(), type);
    }

    /** {@code alg: HS256}, with the org's public key, which everybody knows, as the secret. */
    public String signedWithThePublicKeyAsASecret() {
        return OktaKeys.signWithPublicKey(claims, keys.current());
    }

    /** {@code alg: none}. */
    public String unsigned() {
        return FaultySignature.unsigned(claims);
    }
}
