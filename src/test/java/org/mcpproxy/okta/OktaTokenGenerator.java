package org.mcpproxy.okta;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import java.text.ParseException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;

/** Tokens with Okta's claims, and with the faults that are switched on. */
final class OktaTokenGenerator implements OAuth2TokenGenerator<OAuth2Token> {

    private static final long ID_TOKEN_SECONDS = 3600;

    private final OktaOptions options;
    private final OktaDirectory directory;
    private final OktaKeys keys;
    private final OktaKeys privateKeys;
    private final Faults faults;
    private final FaultySignature faultySignature;

    OktaTokenGenerator(
            OktaOptions options, OktaDirectory directory, OktaKeys keys, OktaKeys privateKeys, Faults faults) {
        this.options = options;
        this.directory = directory;
        this.keys = keys;
        this.privateKeys = privateKeys;
        this.faults = faults;
        this.faultySignature = new FaultySignature(keys, faults);
    }

    @Override
    public OAuth2Token generate(OAuth2TokenContext context) {
        if (OAuth2TokenType.REFRESH_TOKEN.equals(context.getTokenType())) {
            return refreshToken(context);
        }
        return OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType()) ? accessToken(context) : idToken(context);
    }

    private static OAuth2RefreshToken refreshToken(OAuth2TokenContext context) {
        if (!context.getAuthorization().getAuthorizedScopes().contains("offline_access")) {
            return null;
        }
        Instant now = Instant.now();
        return new OAuth2RefreshToken(
                "rt." + UUID.randomUUID() + UUID.randomUUID(),
                now,
                now.plus(context.getRegisteredClient().getTokenSettings().getRefreshTokenTimeToLive()));
    }

    private Jwt accessToken(OAuth2TokenContext context) {
        String issuer = context.getAuthorizationServerContext().getIssuer();
        String clientId = context.getRegisteredClient().getClientId();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("ver", 1);
        claims.put("jti", "AT." + UUID.randomUUID());
        claims.put("iss", issuer);
        claims.put("aud", audience(context, issuer));
        claims.put("cid", clientId);
        claims.put("scp", List.copyOf(context.getAuthorizedScopes()));
        if (AuthorizationGrantType.CLIENT_CREDENTIALS.equals(context.getAuthorizationGrantType())) {
            claims.put("sub", clientId);
        } else {
            OktaUser user = directory.user(context.getPrincipal().getName());
            claims.put("sub", user.login());
            claims.put("uid", user.id());
            claims.put("auth_time", authTime(context.getPrincipal()).getEpochSecond());
            contextClass(context).ifPresent(chosen -> claims.put("acr", chosen));
        }
        confirmation(context).ifPresent(key -> claims.put("cnf", Map.of("jkt", key)));
        times(claims, options.accessTokenLifetime().toSeconds());
        String value = options.orgServer()
                ? OktaKeys.sign(claims, privateKeys.current(), new JOSEObjectType("application/okta-internal-at+jwt"))
                : keys.sign(claims);
        return jwt(value, claims, options.accessTokenLifetime().toSeconds());
    }

    /** The thumbprint of the key that the client has proved to have. */
    private static Optional<String> confirmation(OAuth2TokenContext context) {
        Jwt proof = context.get(OAuth2TokenContext.DPOP_PROOF_KEY);
        try {
            return proof == null
                    ? Optional.empty()
                    : Optional.of(key(proof).computeThumbprint().toString());
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JWK key(Jwt proof) throws ParseException {
        @SuppressWarnings("unchecked")
        Map<String, Object> key = (Map<String, Object>) proof.getHeaders().get("jwk");
        return JWK.parse(key);
    }

    private String audience(OAuth2TokenContext context, String issuer) {
        if (AuthorizationGrantType.TOKEN_EXCHANGE.equals(context.getAuthorizationGrantType())) {
            return OktaExchange.AUDIENCE;
        }
        return options.orgServer() ? issuer : options.audience();
    }

    private Jwt idToken(OAuth2TokenContext context) {
        OAuth2Authorization authorization = context.getAuthorization();
        OktaUser user = directory.user(context.getPrincipal().getName());
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("sub", user.id());
        claims.put("ver", 1);
        claims.put("iss", context.getAuthorizationServerContext().getIssuer());
        claims.put("aud", context.getRegisteredClient().getClientId());
        claims.put("jti", "ID." + UUID.randomUUID());
        claims.put("amr", List.of("pwd"));
        claims.put("idp", "00o0000000000000001");
        claims.put("auth_time", authTime(context.getPrincipal()).getEpochSecond());
        contextClass(context).ifPresent(chosen -> claims.put("acr", chosen));
        claims.put(
                "at_hash",
                accessTokenHash(authorization.getAccessToken().getToken().getTokenValue()));
        if (AuthorizationGrantType.AUTHORIZATION_CODE.equals(context.getAuthorizationGrantType())) {
            OAuth2AuthorizationRequest request = authorization.getAttribute(OAuth2AuthorizationRequest.class.getName());
            claims.computeIfAbsent(
                    "nonce", name -> request.getAdditionalParameters().get(name));
        }
        claims.putAll(directory.idTokenClaims(user, context.getAuthorizedScopes()));
        times(claims, ID_TOKEN_SECONDS);
        return jwt(faultySignature.sign(new FaultyClaims(faults).of(claims)), claims, ID_TOKEN_SECONDS);
    }

    private static Optional<String> contextClass(OAuth2TokenContext context) {
        OAuth2AuthorizationRequest request =
                context.getAuthorization().getAttribute(OAuth2AuthorizationRequest.class.getName());
        return OktaContextClasses.chosen(
                request == null ? null : request.getAdditionalParameters().get("acr_values"));
    }

    private void times(Map<String, Object> claims, long seconds) {
        Instant now = Instant.now().plus(faults.clockSkew());
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plusSeconds(seconds).getEpochSecond());
    }

    /** What the framework keeps is always sound; only the token's value carries the faults. */
    private static Jwt jwt(String value, Map<String, Object> claims, long seconds) {
        Instant now = Instant.now();
        return new Jwt(value, now, now.plusSeconds(seconds), Map.of("alg", "RS256"), Map.copyOf(claims));
    }

    private static String accessTokenHash(String accessToken) {
        return AccessTokenHash.compute(new BearerAccessToken(accessToken), JWSAlgorithm.RS256, null)
                .getValue();
    }

    static Instant authTime(Authentication principal) {
        return principal.getAuthorities().stream()
                .filter(FactorGrantedAuthority.class::isInstance)
                .map(FactorGrantedAuthority.class::cast)
                .map(FactorGrantedAuthority::getIssuedAt)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }
}
