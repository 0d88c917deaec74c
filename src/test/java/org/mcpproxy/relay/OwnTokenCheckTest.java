package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.config.Settings;
import org.mcpproxy.dpop.HttpCall;
import org.mcpproxy.dpop.ProofNonces;
import org.mcpproxy.dpop.Proofs;
import org.mcpproxy.dpop.ResourceProofs;
import org.mcpproxy.dpop.SeenProofs;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.ProofKey;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.oauth.PresentedToken.Sent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.signing.Identity;
import org.mcpproxy.signing.IdentityTokens;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.signing.SigningKeys;

class OwnTokenCheckTest {

    private static final String MCP = "https://mcp.example/mcp";
    private static final Settings SETTINGS = Samples.settings("https://mcp.example");

    private final SettableClock clock = new SettableClock();
    private final CountedKeys keys = new CountedKeys();
    private final Set<String> live = new HashSet<>(Set.of("grant"));
    private final AccessTokens tokens = new AccessTokens(SETTINGS, keys, Samples.profiles(), clock);
    private final Map<String, PreregisteredClient> services = new HashMap<>();
    private final ProofNonces nonces = new ProofNonces(SETTINGS, clock);
    private final ResourceProofs proofs = new ResourceProofs(new Proofs(nonces, clock), new SeenProofs(clock));
    private final OwnTokenCheck check = new OwnTokenCheck(
            new VerifiedTokens(tokens, clock),
            proofs,
            live::contains,
            id -> Optional.ofNullable(services.get(id)),
            clock);

    @Test
    void aTokenOfOursTellsWhoCalls() {
        Caller caller = call(mint(MCP, "mcp offline_access", Duration.ofMinutes(10)));
        assertThat(caller.user()).contains("user");
        assertThat(caller.client()).isEqualTo("client");
        assertThat(caller.grant()).contains("grant");
    }

    @Test
    void aTokenIsVerifiedOnceInAFewSeconds() {
        String token = mint(MCP, "mcp", Duration.ofMinutes(10));
        call(token);
        call(token);
        assertThat(keys.asked).isEqualTo(1);
        clock.advance(Duration.ofSeconds(11));
        call(token);
        assertThat(keys.asked).isEqualTo(2);
    }

    @Test
    void theGrantIsAskedForEveryTime() {
        String token = mint(MCP, "mcp", Duration.ofMinutes(10));
        Caller caller = call(token);
        assertThat(check.standing(caller)).isTrue();
        live.clear();
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);
        assertThat(check.standing(caller)).isFalse();
    }

    /** What a backend was told of a caller, sent back to us: whatever it was made for, it is no access token. */
    @ParameterizedTest
    @ValueSource(strings = {MCP, MCP + "/", MCP + "?x", "https://mcp.example//mcp", "https://mcp.example:443/mcp"})
    void whatABackendIsToldOpensNothingHereHoweverItsAudienceIsSpelt(String audience) {
        Secret identity = new IdentityTokens(SETTINGS, keys, Samples.RANDOM, clock)
                .mint(new Identity("user", "client", Profile.UNKNOWN, Optional.of("grant")), audience);

        assertThat(refusal(identity.value())).isEqualTo(Reason.TOKEN_MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                MCP + "/",
                MCP + "?x",
                "https://mcp.example//mcp",
                "https://mcp.example/%6dcp",
                "https://MCP.example/mcp",
                "https://mcp.example:443/mcp"
            })
    void anAudienceIsComparedLetterForLetter(String audience) {
        assertThat(refusal(mint(audience, "mcp", Duration.ofMinutes(10)))).isEqualTo(Reason.TOKEN_AUDIENCE_WRONG);
    }

    @Test
    void aRememberedTokenExpiresAllTheSame() {
        String token = mint(MCP, "mcp", Duration.ofSeconds(5));
        call(token);
        clock.advance(Duration.ofSeconds(5));
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_EXPIRED);
    }

    @Test
    void aRememberedTokenIsRefusedAtAnotherResourceAllTheSame() {
        VerifiedTokens verified = new VerifiedTokens(tokens, clock);
        Secret token = new Secret(mint(MCP, "mcp", Duration.ofMinutes(10)));
        verified.verify(token, MCP);

        assertThatThrownBy(() -> verified.verify(token, "https://mcp.example/okta/mcp"))
                .hasMessage(Reason.TOKEN_AUDIENCE_WRONG.name());
    }

    @Test
    void aTokenForAnotherResourceIsRefused() {
        assertThat(refusal(mint("https://mcp.example/okta/mcp", "mcp", Duration.ofMinutes(10))))
                .isEqualTo(Reason.TOKEN_AUDIENCE_WRONG);
    }

    @Test
    void aTokenWithoutTheBaselineScopeIsRefused() {
        assertThat(refusal(mint(MCP, "offline_access", Duration.ofMinutes(10)))).isEqualTo(Reason.SCOPE_INSUFFICIENT);
    }

    @Test
    void anyOtherBearerStringIsRefused() {
        assertThat(refusal("anything")).isEqualTo(Reason.TOKEN_MALFORMED);
        String token = mint(MCP, "mcp", Duration.ofMinutes(10));
        assertThat(refusal(token.substring(0, token.lastIndexOf('.') + 1) + "AAAA"))
                .isEqualTo(Reason.TOKEN_SIGNATURE_WRONG);
    }

    /** Once it has been accepted where it belongs, too. */
    @Test
    void aTokenForOneBackendIsRefusedAtAnother() {
        String token = mint(MCP, "mcp", Duration.ofMinutes(10));
        call(token);
        assertRefused(Reason.TOKEN_AUDIENCE_WRONG, () -> call(token, Endpoints.named("files", SETTINGS)));

        String other = mint("https://mcp.example/files/mcp", "mcp", Duration.ofMinutes(10));
        assertThat(call(other, Endpoints.named("files", SETTINGS)).client()).isEqualTo("client");
        assertRefused(Reason.TOKEN_AUDIENCE_WRONG, () -> call(other));
    }

    @Test
    void aServiceHasNoUserAndTheGroupsThatItHasNow() {
        register(Set.of(MCP), Scopes.baseline(), GrantType.CLIENT_CREDENTIALS);

        Caller caller = call(mint("reports", "reports", MCP, "mcp", Duration.ofMinutes(10)));

        assertThat(caller.user()).isEmpty();
        assertThat(caller.client()).isEqualTo("reports");
        assertThat(caller.grant()).contains("grant");
        assertThat(caller.profile()).contains(new Profile(null, Set.of("reporting")));
    }

    /** Its token was good when it was issued; what is in the file now counts. */
    @Test
    void aServiceThatMayNotHaveTheTokenAnyMoreIsRefused() {
        String token = mint("reports", "reports", MCP, "mcp", Duration.ofMinutes(10));
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);

        register(Set.of(), Scopes.baseline(), GrantType.CLIENT_CREDENTIALS);
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);
        register(Set.of(MCP), new Scope(), GrantType.CLIENT_CREDENTIALS);
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);
        register(Set.of(MCP), Scopes.baseline(), GrantType.AUTHORIZATION_CODE);
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);

        register(Set.of(MCP), Scopes.baseline(), GrantType.CLIENT_CREDENTIALS);
        assertThat(call(token).client()).isEqualTo("reports");
    }

    /** A person's grant can be looked at for as long as it lives; a service's is remembered no longer than its token. */
    @Test
    void aServicesStreamEndsWithItsTokenAndAPersonsDoesNot() {
        register(Set.of(MCP), Scopes.baseline(), GrantType.CLIENT_CREDENTIALS);
        Caller service = call(mint("reports", "reports", MCP, "mcp", Duration.ofMinutes(10)));
        Caller person = call(mint(MCP, "mcp", Duration.ofMinutes(10)));
        assertThat(check.standing(service)).isTrue();

        clock.advance(Duration.ofMinutes(10));
        assertThat(check.standing(service)).isFalse();
        assertThat(check.standing(person)).isTrue();

        assertThat(check.standing(service.asking()))
                .as("what it asked for in time is answered")
                .isTrue();
        clock.advance(Caller.ANSWERED_LATER);
        assertThat(check.standing(service.asking())).isFalse();
    }

    @Test
    void aRevokedServiceIsRefusedAndItsStreamEnds() {
        register(Set.of(MCP), Scopes.baseline(), GrantType.CLIENT_CREDENTIALS);
        String token = mint("reports", "reports", MCP, "mcp", Duration.ofMinutes(10));
        Caller service = call(token);
        live.clear();

        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);
        assertThat(check.standing(service)).isFalse();
        assertThat(check.standing(service.asking())).isFalse();
    }

    private void register(Set<String> resources, Scope scope, GrantType grantType) {
        Client client = new Client(
                "reports",
                Optional.empty(),
                List.of(),
                ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                Optional.empty(),
                Set.of(grantType),
                scope,
                clock.instant());
        services.put("reports", new PreregisteredClient(client, resources, Set.of("reporting"), Set.of()));
    }

    @Test
    void anExchangedTokenHoldsAsLongAsTheFileLetsItsClientActForUsers() {
        String token = tokens.mint(new AccessToken(
                                "user",
                                "reports",
                                MCP,
                                new Scope("mcp"),
                                "grant",
                                "id",
                                clock.instant().plus(Duration.ofMinutes(10)),
                                Optional.empty())
                        .actedWithBy(List.of("reports")))
                .value();
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);

        register(Set.of(MCP), Scopes.baseline(), GrantType.TOKEN_EXCHANGE);
        assertThat(call(token).user()).contains("user");
        assertThat(call(token).client()).isEqualTo("reports");

        register(Set.of(MCP), Scopes.baseline(), GrantType.CLIENT_CREDENTIALS);
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);
        register(Set.of(), Scopes.baseline(), GrantType.TOKEN_EXCHANGE);
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);
        register(Set.of(MCP), new Scope(), GrantType.TOKEN_EXCHANGE);
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);
    }

    /** RFC 9449 7.1: that the token is known already says nothing of who sends it. */
    @Test
    void aProofIsJudgedEachTimeThoughTheTokenIsRemembered() {
        ProofKey holder = new ProofKey();
        String token = mintBound(holder.thumbprint());

        assertThat(prove(token, holder).user()).contains("user");
        assertThat(prove(token, holder).user()).contains("user");
        assertThat(keys.asked).isEqualTo(1);
        String proof = proof(token, holder);
        call("DPoP " + token, List.of(proof), Endpoints.standard(SETTINGS));
        assertRefused(Reason.PROOF_REPLAYED, () -> call("DPoP " + token, List.of(proof), Endpoints.standard(SETTINGS)));
        assertRefused(Reason.TOKEN_OF_OTHER_KEY, () -> prove(token, new ProofKey()));
        assertRefused(Reason.TOKEN_SCHEME_WRONG, () -> call(token));
        assertThat(keys.asked).isEqualTo(1);
    }

    @Test
    void aBoundTokenOfAGrantThatEndedIsRefusedThoughItsHolderSendsIt() {
        ProofKey holder = new ProofKey();
        String token = mintBound(holder.thumbprint());
        live.clear();

        assertRefused(Reason.TOKEN_REVOKED, () -> prove(token, holder));
    }

    private Caller prove(String token, ProofKey key) {
        return call("DPoP " + token, List.of(proof(token, key)), Endpoints.standard(SETTINGS));
    }

    private String proof(String token, ProofKey key) {
        return key.proof("POST", URI.create(MCP), clock.instant(), nonces.current(), token);
    }

    private String mintBound(String keyThumbprint) {
        return tokens.mint(new AccessToken(
                                "user",
                                "client",
                                MCP,
                                new Scope("mcp"),
                                "grant",
                                "id",
                                clock.instant().plus(Duration.ofMinutes(10)),
                                Optional.empty())
                        .boundTo(Optional.of(keyThumbprint)))
                .value();
    }

    private Caller call(String token) {
        return call(token, Endpoints.standard(SETTINGS));
    }

    private Caller call(String token, McpEndpoint endpoint) {
        return call("Bearer " + token, List.of(), endpoint);
    }

    private Caller call(String authorization, List<String> sentProofs, McpEndpoint endpoint) {
        Sent sent = PresentedToken.findOfEither(List.of(authorization), null);
        BearerCheck.Checked checked = check.check(
                sent, check.verified(sent, endpoint), new HttpCall(sentProofs, "POST", endpoint.resource()));
        checked.use().run();
        return checked.caller();
    }

    private Reason refusal(String token) {
        return catchThrowableOfType(Rejection.class, () -> call(token)).reason();
    }

    private String mint(String audience, String scope, Duration life) {
        return mint("user", "client", audience, scope, life);
    }

    private String mint(String subject, String client, String audience, String scope, Duration life) {
        Instant end = clock.instant().plus(life);
        return tokens.mint(new AccessToken(
                        subject, client, audience, Scope.parse(scope), "grant", "id", end, Optional.empty()))
                .value();
    }

    private static final class CountedKeys implements SigningKeys {

        private final SigningKeys keys = new FixedKeys();
        private int asked;

        @Override
        public RSAKey current() {
            return keys.current();
        }

        @Override
        public Optional<RSAKey> find(String keyId) {
            asked++;
            return keys.find(keyId);
        }

        @Override
        public JWKSet published() {
            return keys.published();
        }
    }
}
