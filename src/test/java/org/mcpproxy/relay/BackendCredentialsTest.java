package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.ExchangeClient;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.IdentityTokens;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.upstream.PossessionKey;
import org.mcpproxy.upstream.UpstreamTokens;

class BackendCredentialsTest {

    private static final Backend NONE = backend("none", new BackendCredential.None());
    private static final Backend IDENTITY = backend("files", new BackendCredential.Identity());
    private static final Backend OTHER = backend("jira", new BackendCredential.Identity());
    private static final Backend OKTA = backend("users", new BackendCredential.Okta());
    private static final Backend STATIC =
            backend("static", new BackendCredential.Static("X-Api-Key", new Secret("a-key")));

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Grant grant = endpoint.grant("client");
    private final Caller alice =
            new Caller(Optional.of("00ualice"), "client", new Scope("mcp"), Optional.of(grant.id()), Instant.MAX);
    private final Caller service =
            new Caller(Optional.empty(), "0oaservice", new Scope(), Optional.empty(), Instant.MAX);
    private final BackendCredentials credentials = new BackendCredentials(
            new IdentityTokens(endpoint.settings, new FixedKeys(), Samples.RANDOM, endpoint.clock),
            new CallerProfiles(endpoint.grants),
            endpoint.session,
            null,
            endpoint.ending,
            endpoint.clock);

    @Test
    void aBackendMayBeToldNothingOrWhatIsTheSameForAll() {
        assertThat(credentials.of(NONE, alice, Samples.TRAIL)).isEmpty();
        assertThat(credentials.of(STATIC, alice, Samples.TRAIL)).contains(new Header("X-Api-Key", "a-key"));
        assertThat(credentials.isAtHand(NONE, alice)).isTrue();
        assertThat(credentials.isAtHand(STATIC, alice)).isTrue();
    }

    @Test
    void anIdentitySaysWhoCallsToThisBackendAlone() throws ParseException {
        SignedJWT jwt = identity(IDENTITY, alice);
        JWTClaimsSet claims = jwt.getJWTClaimsSet();

        assertThat(jwt.getHeader().getType()).hasToString("mcp-identity+jwt");
        assertThat(jwt.getHeader().getKeyID()).isEqualTo("ours");
        assertThat(claims.getClaims())
                .containsOnlyKeys("iss", "sub", "aud", "iat", "exp", "jti", "client_id", "email", "groups", "grant_id");
        assertThat(claims.getIssuer()).isEqualTo(Samples.ISSUER);
        assertThat(claims.getSubject()).isEqualTo("00ualice");
        assertThat(claims.getAudience()).containsExactly("http://files.internal/mcp");
        assertThat(claims.getStringClaim("client_id")).isEqualTo("client");
        assertThat(claims.getStringClaim("email")).isEqualTo("alice@example.com");
        assertThat(claims.getStringListClaim("groups")).containsExactly("engineering");
        assertThat(claims.getExpirationTime())
                .isEqualTo(endpoint.clock.instant().plus(IdentityTokens.LIFETIME));
        assertThat(identity(OTHER, alice).getJWTClaimsSet().getAudience()).containsExactly("http://jira.internal/mcp");
    }

    @Test
    void aServiceIsItsOwnSubject() throws ParseException {
        JWTClaimsSet claims = identity(IDENTITY, service).getJWTClaimsSet();

        assertThat(claims.getSubject()).isEqualTo("0oaservice");
        assertThat(claims.getClaims()).doesNotContainKeys("email", "groups");
    }

    /** There is no session at Okta that a token could come from. */
    @Test
    void aBackendThatIsCalledWithAUsersTokenIsNotCalledByAService() {
        Caller ours = new Caller(Optional.empty(), "reports", new Scope("mcp"), Optional.of("its-own"), Instant.MAX);
        Backend exchanging = backend(
                "people",
                new BackendCredential.Exchange(
                        URI.create(Samples.ISSUER),
                        "api://people",
                        new Scope(),
                        new ExchangeClient("proxy", new Credential.ClientSecret(new Secret("okta-secret")))));

        assertRefused(Reason.USER_NEEDED, () -> credentials.of(OKTA, ours, Samples.TRAIL));
        assertRefused(Reason.USER_NEEDED, () -> credentials.of(exchanging, ours, Samples.TRAIL));
        assertThat(endpoint.okta.refreshed()).isEmpty();
    }

    /** It would open nothing but the backend that it is for. */
    @Test
    void anIdentityIsNoAccessTokenOfOurs() {
        Secret identity = new Secret(value(IDENTITY, alice));

        assertRefused(Reason.TOKEN_MALFORMED, () -> endpoint.accessTokens.verify(identity));
        assertRefused(Reason.TOKEN_MALFORMED, () -> endpoint.accessTokens.verify(identity, Samples.RESOURCE));
    }

    @Test
    void anIdentityIsMadeOnceForAsLongAsItIsGood() {
        assertThat(credentials.isAtHand(IDENTITY, alice)).isFalse();
        String first = value(IDENTITY, alice);
        endpoint.clock.advance(IdentityTokens.LIFETIME.minus(Duration.ofSeconds(61)));
        assertThat(value(IDENTITY, alice)).isEqualTo(first);

        endpoint.clock.advance(Duration.ofSeconds(1));
        assertThat(value(IDENTITY, alice)).isNotEqualTo(first);
    }

    /** MCP calls go on while the database is away. */
    @Test
    void whoAUserIsIsAskedOnce() {
        value(IDENTITY, alice);

        assertThat(credentials.isAtHand(IDENTITY, alice)).isTrue();
        assertThat(credentials.isAtHand(OTHER, alice)).isTrue();
        assertThat(credentials.isAtHand(OKTA, alice)).isFalse();
        value(OKTA, alice);
        assertThat(credentials.isAtHand(OKTA, alice)).isTrue();
    }

    @Test
    void noOnesCredentialIsAnothers() {
        Grant bobs = endpoint.grant("client");
        Caller bob = new Caller(Optional.of("00ubob"), "client", new Scope("mcp"), Optional.of(bobs.id()), Instant.MAX);

        for (Backend backend : List.of(IDENTITY, OKTA)) {
            assertThat(value(backend, bob)).isNotEqualTo(value(backend, alice));
        }
    }

    /** Under one grant several clients may act (RFC 8693), and each is to be known by its own name. */
    @Test
    void theIdentityNamesTheClientThatActs() throws ParseException {
        Caller acting = new Caller(alice.user(), "planner", alice.scope(), alice.grant(), Instant.MAX);

        for (Caller each : List.of(alice, acting, alice)) {
            assertThat(identity(IDENTITY, each).getJWTClaimsSet().getStringClaim("client_id"))
                    .isEqualTo(each.client());
        }
    }

    /** Each says itself what its user's groups are. */
    @Test
    void theIdentityHasTheGroupsOfTheTokenFromOktaThatCalls() throws ParseException {
        for (String group : List.of("admins", "staff")) {
            Caller caller = new Caller(
                    Optional.of("00ucarol"),
                    "0oaclient",
                    new Scope(),
                    Optional.empty(),
                    Instant.MAX,
                    Optional.of(new Profile(null, Set.of(group))));
            assertThat(identity(IDENTITY, caller).getJWTClaimsSet().getStringListClaim("groups"))
                    .containsExactly(group);
        }
    }

    @Test
    void oktasTokenIsTheUsersOwnAndFresh() {
        assertThat(value(OKTA, alice)).isEqualTo("okta-access-1");
        endpoint.clock.advance(Duration.ofMinutes(58));
        assertThat(value(OKTA, alice)).isEqualTo("okta-access-1");
        assertThat(endpoint.okta.refreshed()).isEmpty();

        endpoint.clock.advance(Duration.ofMinutes(2));
        assertThat(value(OKTA, alice)).isEqualTo("okta-access-2");
        assertThat(value(OKTA, alice)).isEqualTo("okta-access-2");
        assertThat(endpoint.okta.refreshed()).hasSize(1);
    }

    /** The client asks for a new token then, and learns at the token endpoint that it is to sign on again. */
    @Test
    void whereOktaHasEndedTheSessionTheTokenIsNoLongerGood() {
        endOktasAccessTokenSoon();
        endpoint.okta.duringRefresh(() -> {
            throw Rejection.of(Reason.OKTA_SESSION_ENDED);
        });

        assertRefused(Reason.TOKEN_REVOKED, () -> credentials.of(OKTA, alice, Samples.TRAIL));
        assertThat(endpoint.grants.find(grant.id())).isEmpty();
        assertThat(endpoint.audit).hasSize(1);
    }

    /** A refresh that brings another person's tokens is no slip. */
    @Test
    void nobodyIsSentWithTheTokensOfAnother() {
        endOktasAccessTokenSoon();
        endpoint.okta.duringValidation(() -> {
            throw Rejection.of(Reason.ID_TOKEN_INVALID);
        });

        assertRefused(Reason.TOKEN_REVOKED, () -> credentials.of(OKTA, alice, Samples.TRAIL));
        assertRefused(Reason.TOKEN_REVOKED, () -> credentials.of(OKTA, alice, Samples.TRAIL));
        assertThat(endpoint.grants.find(grant.id())).isEmpty();
    }

    @Test
    void whereOktaCannotBeAskedTheClientComesAgain() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, Duration.ofSeconds(5));
        });

        assertRefused(Reason.OKTA_UNAVAILABLE, () -> credentials.of(OKTA, alice, Samples.TRAIL));
    }

    /** As of a sign-on before OKTA_DPOP was switched off. */
    @Test
    void aTokenThatIsBoundToAKeyIsNoBearerTokenAndThePersonSignsOnAgain() {
        UpstreamTokens tokens = endpoint.okta.issue();
        endpoint.session.keep(
                grant.id(),
                new UpstreamTokens(
                        tokens.accessToken(),
                        tokens.refreshToken(),
                        tokens.idToken(),
                        endpoint.clock.instant().plus(Duration.ofHours(1)),
                        Optional.of(new PossessionKey(new Secret("{}")))));

        assertRefused(Reason.TOKEN_REVOKED, () -> credentials.of(OKTA, alice, Samples.TRAIL));
        assertThat(endpoint.grants.find(grant.id())).isEmpty();
    }

    @Test
    void aGrantThatHasEndedHasNoIdentity() {
        endpoint.grants.end(grant.id());

        assertRefused(Reason.TOKEN_REVOKED, () -> credentials.of(IDENTITY, alice, Samples.TRAIL));
    }

    /** Long before the grant ends, which nobody has used yet. */
    private void endOktasAccessTokenSoon() {
        UpstreamTokens tokens = endpoint.okta.issue();
        endpoint.session.keep(
                grant.id(),
                new UpstreamTokens(
                        tokens.accessToken(),
                        tokens.refreshToken(),
                        tokens.idToken(),
                        endpoint.clock.instant().plusSeconds(1),
                        tokens.possessionKey()));
    }

    private SignedJWT identity(Backend backend, Caller caller) throws ParseException {
        return SignedJWT.parse(value(backend, caller));
    }

    private String value(Backend backend, Caller caller) {
        Header header = credentials.of(backend, caller, Samples.TRAIL).orElseThrow();
        assertThat(header.name()).isEqualTo("Authorization");
        assertThat(header.value()).startsWith("Bearer ");
        return header.value().substring("Bearer ".length());
    }

    private static Backend backend(String name, BackendCredential credential) {
        return new Backend(name, URI.create("http://" + name + ".internal/mcp"), credential, Set.of());
    }
}
