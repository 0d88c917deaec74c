package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.Samples.with;
import static org.mcpproxy.fixture.TokenEndpoint.codeRequest;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.config.Backends;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;

/** One sign-on for several MCP servers, and tokens for one of them each (RFC 8707 2.2). */
class SeveralResourcesTest {

    private static final String FILES = Samples.ISSUER + "/files/mcp";
    private static final String JIRA = Samples.ISSUER + "/jira/mcp";
    private static final String CRM = Samples.ISSUER + "/crm/mcp";
    private static final Scope SCOPE = Scope.parse("mcp offline_access files.write");
    private static final Duration GRACE = Duration.ofSeconds(90);
    private static final String KEY = "k".repeat(43);

    private final Client client = Samples.client("client");
    private TokenEndpoint endpoint;
    private Grant grant;
    private Secret code;

    @BeforeEach
    void signOn(@TempDir Path folder) {
        Backends backends = Backends.of(
                Optional.empty(), List.of(Samples.backend("files"), Samples.backend("jira"), Samples.backend("crm")));
        endpoint = new TokenEndpoint(Samples.settings(backends, folder, "files.tools.write.scopes=files.write"));
        grant = endpoint.grant("client", SCOPE, Resources.of(FILES, JIRA));
        code = endpoint.code(grant);
    }

    @Test
    void aCodeIsRedeemedForOneOfThem() {
        AccessToken token = verified(endpoint.redeem(client, with(codeRequest(code), "resource", JIRA + "/")));

        assertThat(token.audience()).isEqualTo(JIRA);
        assertThat(token.grantId()).isEqualTo(grant.id());
    }

    /** The attack: a token that each of two MCP servers could use at the other. */
    @Test
    void noTokenIsForTwoAndTheCodeStaysGood() {
        assertRefused(
                Reason.RESOURCE_AMBIGUOUS,
                () -> endpoint.redeem(client, with(codeRequest(code), "resource", FILES, JIRA)));
        assertRefused(Reason.RESOURCE_AMBIGUOUS, () -> endpoint.redeem(client, codeRequest(code)));

        assertThat(verified(endpoint.redeem(client, with(codeRequest(code), "resource", FILES, FILES + "/")))
                        .audience())
                .isEqualTo(FILES);
    }

    /** The attack: one that was not granted, alone or beside one that was. */
    @Test
    void whatWasNotGrantedIsRefused() {
        assertRefused(
                Reason.RESOURCE_MISMATCH, () -> endpoint.redeem(client, with(codeRequest(code), "resource", CRM)));
        assertRefused(
                Reason.RESOURCE_MISMATCH,
                () -> endpoint.redeem(client, with(codeRequest(code), "resource", FILES, CRM)));
        assertRefused(
                Reason.RESOURCE_MISMATCH,
                () -> endpoint.redeem(client, with(codeRequest(code), "resource", FILES + " " + JIRA)));
        Secret refreshToken = refreshToken(redeemed(FILES));
        assertRefused(Reason.RESOURCE_MISMATCH, () -> endpoint.refresh(client, refreshToken, "resource", CRM));
        assertRefused(Reason.RESOURCE_AMBIGUOUS, () -> endpoint.refresh(client, refreshToken));
        assertThat(endpoint.refresh(client, refreshToken, "resource", FILES)).isNotNull();
    }

    @Test
    void oneRefreshTokenGivesTokensForEach() {
        TokenAnswer files = redeemed(FILES);
        TokenAnswer jira = endpoint.refresh(client, refreshToken(files), "resource", JIRA);
        TokenAnswer again = endpoint.refresh(client, refreshToken(jira), "resource", FILES);

        assertThat(List.of(
                        verified(files).audience(),
                        verified(jira).audience(),
                        verified(again).audience()))
                .containsExactly(FILES, JIRA, FILES);
        assertThat(endpoint.audit).noneMatch(GrantRevoked.class::isInstance);
    }

    /** RFC 8707 2.2: a scope that another MCP server has means nothing at this one. */
    @Test
    void aTokenHasTheScopesThatItsResourceKnows() {
        TokenAnswer files = redeemed(FILES);
        assertThat(verified(files).scope()).isEqualTo(SCOPE);

        TokenAnswer jira = endpoint.refresh(client, refreshToken(files), "resource", JIRA);
        assertThat(verified(jira).scope()).isEqualTo(Scope.parse("mcp offline_access"));
        assertThat(jira.scope()).isEqualTo(verified(jira).scope());

        Secret next = refreshToken(jira);
        assertRefused(
                Reason.SCOPE_UNKNOWN, () -> endpoint.refresh(client, next, "resource", JIRA, "scope", "files.write"));
        assertThat(endpoint.refresh(client, next, "resource", FILES).scope()).isEqualTo(SCOPE);
    }

    /** A client that serves two MCP servers by one refresh token refreshes for both at once. */
    @Test
    void withinTheGraceAnotherResourceGetsATokenOfItsOwnAndTheSameRefreshToken() {
        Secret first = refreshToken(redeemed(FILES));
        TokenAnswer files = endpoint.refresh(client, first, "resource", FILES);
        endpoint.clock.advance(GRACE.minusSeconds(1));
        TokenAnswer jira = endpoint.refresh(client, first, "resource", JIRA);

        assertThat(verified(jira).audience()).isEqualTo(JIRA);
        assertThat(verified(jira).scope()).isEqualTo(Scope.parse("mcp offline_access"));
        assertThat(jira.refreshToken()).isEqualTo(files.refreshToken());
        assertThat(endpoint.refresh(client, first, "resource", FILES)).isEqualTo(files);
        assertThat(endpoint.audit).noneMatch(GrantRevoked.class::isInstance);
        assertThat(endpoint.refresh(client, refreshToken(jira), "resource", JIRA))
                .isNotNull();
    }

    @Test
    void ofManyWhoRefreshForTwoAtOnceEachGetsWhatItAskedFor() {
        Secret first = refreshToken(redeemed(FILES));
        AtomicInteger turn = new AtomicInteger();

        List<TokenAnswer> answers = Race.of(60, () -> {
            String resource = turn.getAndIncrement() % 2 == 0 ? FILES : JIRA;
            TokenAnswer answer = endpoint.refresh(client, first, "resource", resource);
            assertThat(verified(answer).audience()).isEqualTo(resource);
            return answer;
        });

        assertThat(answers.stream().map(TokenAnswer::refreshToken).distinct()).hasSize(1);
        assertThat(endpoint.audit).noneMatch(GrantRevoked.class::isInstance);
    }

    /** The attack: a used token for a resource that the first answer was not for, or for none or a foreign one, to go unnoticed. */
    @ParameterizedTest
    @ValueSource(strings = {JIRA, CRM, "", "not a URI"})
    void afterTheGraceAReuseForAnotherResourceEndsTheFamilyToo(String resource) {
        Secret first = refreshToken(redeemed(FILES));
        endpoint.refresh(client, first, "resource", FILES);
        endpoint.clock.advance(GRACE);

        assertRefused(Reason.REFRESH_TOKEN_REUSED, () -> endpoint.refresh(client, first, "resource", resource));

        assertThat(endpoint.grants.find(grant.id())).isEmpty();
        assertThat(endpoint.audit)
                .filteredOn(GrantRevoked.class::isInstance)
                .allMatch(event -> ((GrantRevoked) event).cause() == Cause.REFRESH_TOKEN_REUSED)
                .hasSize(1);
    }

    /** The attack: new tokens, for as long as the grace is, of a person whom Okta has cut off. */
    @Test
    void withinTheGraceAnotherResourceNeedsAnOktaSessionToo() {
        Secret first = refreshToken(redeemed(FILES));
        endpoint.refresh(client, first, "resource", FILES);
        endpoint.upstream.remove(grant.id());

        assertRefused(Reason.OKTA_SESSION_ENDED, () -> endpoint.refresh(client, first, "resource", JIRA));

        assertThat(endpoint.grants.find(grant.id())).isEmpty();
    }

    /** Policies differ for a while where nodes are replaced one after another: what was granted for one server alone was judged then. */
    @Test
    void aTokenOfOneServerAloneHasWhatWasGranted() {
        Scope granted = Scope.parse("mcp jira.read");
        Grant alone = endpoint.grant("client", granted, Resources.of(JIRA));

        assertThat(verified(endpoint.redeem(client, codeRequest(endpoint.code(alone))))
                        .scope())
                .isEqualTo(granted);
    }

    /** A confidential client may change its key (RFC 9449 5); an answer that was given before is for who has its key. */
    @Test
    void withinTheGraceAnotherResourceIsBoundToTheKeyOfWhoAsks() {
        Client confidential = new Client(
                "confidential",
                Optional.empty(),
                List.of(Samples.REDIRECT_URI),
                ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                Optional.of(new Secret("secret").hash()),
                Set.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
                SCOPE,
                endpoint.clock.instant());
        Grant opened = endpoint.grant("confidential", SCOPE, Resources.of(FILES, JIRA));
        Secret first = refreshToken(
                endpoint.redeem(confidential, with(codeRequest(endpoint.code(opened)), "resource", FILES)));
        endpoint.proving(KEY);
        endpoint.refresh(confidential, first, "resource", FILES);

        String other = "o".repeat(43);
        endpoint.proving(other);
        assertThat(verified(endpoint.refresh(confidential, first, "resource", JIRA))
                        .keyThumbprint())
                .contains(other);
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> endpoint.refresh(confidential, first, "resource", FILES));
        endpoint.proving(null);
        assertRefused(Reason.PROOF_MISSING, () -> endpoint.refresh(confidential, first, "resource", FILES));
    }

    /** An administrator who keeps a client from one MCP server leaves it the others. */
    @Test
    void theFileCountsForEachAsItIsNow() {
        Secret first = refreshToken(redeemed(FILES));
        Client known = Samples.client("client", SCOPE);
        endpoint.written(new PreregisteredClient(known, Set.of(JIRA), Set.of(), Set.of()));

        assertRefused(Reason.CLIENT_CUT_BACK, () -> endpoint.refresh(client, first, "resource", FILES));
        assertThat(endpoint.refresh(client, first, "resource", JIRA)).isNotNull();
    }

    private TokenAnswer redeemed(String resource) {
        return endpoint.redeem(client, with(codeRequest(code), "resource", resource));
    }

    private static Secret refreshToken(TokenAnswer answer) {
        return answer.refreshToken().orElseThrow();
    }

    private AccessToken verified(TokenAnswer answer) {
        return endpoint.accessTokens.verify(answer.accessToken());
    }
}
