package org.mcpproxy.upstream;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.mcpproxy.config.OktaSettings;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Check;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * The rules for the claims of an ID-JAG, in their order, and what is read from them
 * (draft-ietf-oauth-identity-assertion-authz-grant-03 3.1 and 4.4.1; MCP Enterprise-Managed Authorization 4.3 and 5.1).
 */
final class IdentityAssertionClaims implements Check<JWTClaimsSet> {

    private static final Duration SKEW = Duration.ofSeconds(IdTokens.CLOCK_SKEW);

    /** Okta's live for five minutes. One that lives long would have to be remembered for long (RFC 7523 3, 4 and 7). */
    private static final Duration LONGEST_LIFETIME = Duration.ofHours(1);

    /** OpenID Connect Core 2 has this for a subject. */
    private static final int LONGEST_ID = 255;

    private static final int MOST_RESOURCES = 100;

    /** What narrows an assertion. Who does not understand it must not take it for a wider one. */
    private static final List<String> UNSUPPORTED = List.of("tenant", "aud_tenant", "act", "authorization_details");

    private static final String RESOURCE = "resource";
    private static final String SCOPE = "scope";
    private static final String CONFIRMATION = "cnf";
    private static final String THUMBPRINT = "jkt";
    private static final Pattern SHA256 = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final OktaSettings okta;
    private final String audience;
    private final URI issuer;
    private final String clientId;
    private final Check<JWTClaimsSet> rules;

    /**
     * @param issuer as it writes itself
     * @param clientId of the client that has authenticated
     */
    IdentityAssertionClaims(Settings settings, URI issuer, String clientId) {
        this.okta = settings.okta();
        this.audience = settings.issuer();
        this.issuer = issuer;
        this.clientId = clientId;
        Check<JWTClaimsSet> first = this::requireIssuer;
        this.rules = first.then(this::requireAudience)
                .then(this::requireClient)
                .then(IdentityAssertionClaims::requireTimes)
                .then(IdentityAssertionClaims::requireWhole)
                .then(IdentityAssertionClaims::requireUnderstood);
    }

    /** @throws Rejection with an {@code ID_JAG_…} reason */
    @Override
    public void require(JWTClaimsSet claims, Instant now) {
        rules.require(claims, now);
    }

    /** What claims that keep the rules say. */
    IdentityAssertion read(JWTClaimsSet claims) {
        return new IdentityAssertion(
                user(claims),
                resources(claims),
                text(claims, SCOPE).map(Scope::parse),
                thumbprint(claims),
                AuthenticationEvent.of(claims.getClaims()),
                new Secret(claims.getIssuer() + " " + claims.getJWTID()).hash(),
                claims.getExpirationTime().toInstant().plus(SKEW));
    }

    /** Whose {@code sub} is that of the ID tokens which this proxy gets from the same org. */
    private User user(JWTClaimsSet claims) {
        return new User(
                User.organization(okta.issuer()),
                claims.getSubject(),
                text(claims, "name").orElse(null),
                text(claims, "email").orElse(null),
                GroupsClaim.read(claims.getClaim(okta.groupsClaim())));
    }

    private void requireIssuer(JWTClaimsSet claims, Instant now) {
        require(issuer.toString().equals(claims.getIssuer()), Reason.ID_JAG_ISSUER_WRONG);
    }

    /** One audience alone: what is for another server too could be used there by us, and here by it. */
    private void requireAudience(JWTClaimsSet claims, Instant now) {
        require(claims.getAudience().equals(List.of(audience)), Reason.ID_JAG_AUDIENCE_WRONG);
    }

    /** Whoever comes by one can use it as its client alone. */
    private void requireClient(JWTClaimsSet claims, Instant now) {
        require(clientId.equals(claims.getClaim("client_id")), Reason.ID_JAG_OF_OTHER_CLIENT);
    }

    private static void requireTimes(JWTClaimsSet claims, Instant now) {
        Date issued = claims.getIssueTime();
        Date expires = claims.getExpirationTime();
        require(issued != null && expires != null && issued.before(expires), Reason.ID_JAG_MALFORMED);
        require(now.isBefore(expires.toInstant().plus(SKEW)), Reason.ID_JAG_EXPIRED);
        boolean late = Stream.of(Optional.of(issued), Optional.ofNullable(claims.getNotBeforeTime()))
                .flatMap(Optional::stream)
                .anyMatch(time -> time.toInstant().isAfter(now.plus(SKEW)));
        Duration lifetime = Duration.between(issued.toInstant(), expires.toInstant());
        require(!late && lifetime.compareTo(LONGEST_LIFETIME) <= 0, Reason.ID_JAG_TIME_WRONG);
    }

    private static void requireWhole(JWTClaimsSet claims, Instant now) {
        boolean whole = isId(claims.getSubject())
                && isId(claims.getJWTID())
                && isResource(claims.getClaim(RESOURCE))
                && (claims.getClaim(SCOPE) == null || claims.getClaim(SCOPE) instanceof String);
        require(whole, Reason.ID_JAG_MALFORMED);
    }

    private static void requireUnderstood(JWTClaimsSet claims, Instant now) {
        boolean understood = UNSUPPORTED.stream().allMatch(name -> claims.getClaim(name) == null)
                && (claims.getClaim(CONFIRMATION) == null || thumbprint(claims).isPresent());
        require(understood, Reason.ID_JAG_CLAIM_UNSUPPORTED);
    }

    private static boolean isId(String text) {
        return text != null && !text.isBlank() && text.length() <= LONGEST_ID;
    }

    private static boolean isResource(Object claim) {
        return claim instanceof String
                || claim instanceof Collection<?> many
                        && !many.isEmpty()
                        && many.size() <= MOST_RESOURCES
                        && many.stream().allMatch(String.class::isInstance);
    }

    private static List<String> resources(JWTClaimsSet claims) {
        return claims.getClaim(RESOURCE) instanceof Collection<?> many
                ? many.stream().map(String.class::cast).toList()
                : List.of((String) claims.getClaim(RESOURCE));
    }

    /** RFC 9449 6.1. Another confirmation beside it would be one that nobody has checked (RFC 7800 3.1). */
    private static Optional<String> thumbprint(JWTClaimsSet claims) {
        return claims.getClaim(CONFIRMATION) instanceof Map<?, ?> confirmation
                        && confirmation.size() == 1
                        && confirmation.get(THUMBPRINT) instanceof String thumbprint
                        && SHA256.matcher(thumbprint).matches()
                ? Optional.of(thumbprint)
                : Optional.empty();
    }

    private static Optional<String> text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
