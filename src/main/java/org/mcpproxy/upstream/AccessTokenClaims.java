package org.mcpproxy.upstream;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.Optional;
import org.mcpproxy.config.OktaSettings;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Check;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The rules for the claims of Okta's access tokens, in their order, and what is read from them. */
final class AccessTokenClaims implements Check<JWTClaimsSet> {

    private static final Duration SKEW = Duration.ofSeconds(IdTokens.CLOCK_SKEW);

    /** The name has no setting: an issuer that has no user ids in it has no users here, only services. */
    private static final String USER = "uid";

    private final OktaSettings okta;
    private final URI issuer;
    private final Check<JWTClaimsSet> rules;

    /** @param issuer as it writes itself */
    AccessTokenClaims(OktaSettings okta, URI issuer) {
        this.okta = okta;
        this.issuer = issuer;
        Check<JWTClaimsSet> first = this::requireIssuer;
        this.rules = first.then(this::requireAudience)
                .then(AccessTokenClaims::requireTimes)
                .then(AccessTokenClaims::requireBearer)
                .then(this::requireParties);
    }

    /** @throws Rejection {@code TOKEN_ISSUER_WRONG}, {@code TOKEN_AUDIENCE_WRONG}, {@code TOKEN_EXPIRED}, {@code TOKEN_OF_PROXY}, {@code OKTA_TOKEN_BOUND} or {@code TOKEN_MALFORMED} */
    @Override
    public void require(JWTClaimsSet claims, Instant now) {
        rules.require(claims, now);
    }

    /** What claims that keep the rules say. */
    OktaAccessToken read(JWTClaimsSet claims) {
        return new OktaAccessToken(
                text(claims, USER),
                text(claims, okta.clientClaim()).orElseThrow(),
                scope(claims.getClaim(okta.scopeClaim())),
                GroupsClaim.read(claims.getClaim(okta.groupsClaim())),
                claims.getExpirationTime().toInstant().plus(SKEW),
                AuthenticationEvent.of(claims.getClaims()));
    }

    private void requireIssuer(JWTClaimsSet claims, Instant now) {
        if (!issuer.toString().equals(claims.getIssuer())) {
            throw Rejection.of(Reason.TOKEN_ISSUER_WRONG);
        }
    }

    private void requireAudience(JWTClaimsSet claims, Instant now) {
        if (!okta.audience().map(claims.getAudience()::contains).orElse(false)) {
            throw Rejection.of(Reason.TOKEN_AUDIENCE_WRONG);
        }
    }

    /** MicroProfile JWT wants both times too, and would write a token that lacks one into the log. */
    private static void requireTimes(JWTClaimsSet claims, Instant now) {
        Date issued = claims.getIssueTime();
        Date expires = claims.getExpirationTime();
        if (issued == null || expires == null || issued.after(expires)) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
        if (!now.isBefore(expires.toInstant().plus(SKEW))) {
            throw Rejection.of(Reason.TOKEN_EXPIRED);
        }
        if (issued.toInstant().isAfter(now.plus(SKEW)) || isEarly(claims.getNotBeforeTime(), now)) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
    }

    private static boolean isEarly(Date notBefore, Instant now) {
        return notBefore != null && notBefore.toInstant().isAfter(now.plus(SKEW));
    }

    /** One that is bound to a key is no bearer token (RFC 9449 7.2), and proofs are not taken of Okta's tokens. */
    private static void requireBearer(JWTClaimsSet claims, Instant now) {
        if (claims.getClaim("cnf") != null) {
            throw Rejection.of(Reason.OKTA_TOKEN_BOUND);
        }
    }

    /** A token of this proxy's own may be in the hands of an MCP server, which is sent it where its credential is {@code okta}. */
    private void requireParties(JWTClaimsSet claims, Instant now) {
        if (claims.getSubject() == null || text(claims, okta.clientClaim()).isEmpty()) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
        if (text(claims, okta.clientClaim()).filter(okta.clientId()::equals).isPresent()) {
            throw Rejection.of(Reason.TOKEN_OF_PROXY);
        }
    }

    private static Optional<String> text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text && !text.isBlank() ? Optional.of(text) : Optional.empty();
    }

    /** Okta sends an array, others a string with spaces (RFC 9068 2.2.3). */
    private static Scope scope(Object claim) {
        Scope scope = new Scope();
        if (claim instanceof Collection<?> values) {
            values.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .forEach(scope::add);
        } else if (claim instanceof String text) {
            scope.addAll(Scope.parse(text));
        }
        return scope;
    }
}
