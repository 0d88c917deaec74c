package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.JWTBearerGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import java.net.URI;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mcpproxy.fixture.ProofKey;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.okta.TokenForge;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Preregistered;
import org.mcpproxy.system.ProvingClient;
import org.mcpproxy.system.Waiting;

/** Enterprise-managed authorization: Okta lets a client act for a user, who is asked nothing here. */
class IdentityAssertionIT {

    private static final String GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String TYPE = "urn:ietf:params:oauth:token-type:";

    private final Installation installation = Installation.shared();
    private final OktaTenant okta = installation.okta();
    private final OAuthClient client = OAuthClient.known(
            installation.proxy(), Preregistered.ASSERTING, Preregistered.SECRET, Preregistered.REDIRECT_URI);

    /** By Nimbus's own client, from the person's sign-on at Okta to the MCP server, and until the client disconnects. */
    @Test
    void aClientGetsOktasWordAndWithItATokenAndCalls() throws Exception {
        SignedJWT assertion = SignedJWT.parse(assertionOf(installation, OktaUser.ALICE));

        TokenResponse response = TokenResponse.parse(new TokenRequest.Builder(
                        installation.at("/oauth2/v1/token"),
                        Preregistered.proof(Preregistered.ASSERTING, installation.at("/oauth2/v1/token")),
                        new JWTBearerGrant(assertion))
                .scope(new Scope("mcp"))
                .build()
                .toHTTPRequest()
                .send());

        assertThat(response.indicatesSuccess()).isTrue();
        AccessTokenResponse answer = response.toSuccessResponse();
        assertThat(answer.getTokens().getRefreshToken()).isNull();
        String token = answer.getTokens().getBearerAccessToken().getValue();
        assertThat(SignedJWT.parse(token).getJWTClaimsSet().getSubject()).isEqualTo(OktaUser.ALICE.id());
        assertThat(ping(token).status()).isEqualTo(200);
        assertThat(SignedJWT.parse(installation.lastAuthorization().substring("Bearer ".length()))
                        .getJWTClaimsSet()
                        .getStringClaim("email"))
                .isEqualTo(OktaUser.ALICE.email());
        assertThat(client.post("/oauth2/v1/revoke", Map.of("token", token), client.basic(Preregistered.SECRET))
                        .status())
                .isEqualTo(200);
        assertThat(ping(token).status()).isEqualTo(401);
    }

    /** Where people sign on at the org server itself, its keys are those that are known anyway. */
    @Test
    void theOrgServerMayBeWherePeopleSignOnToo() {
        try (Installation other = Installation.start(Installation.generous(), OktaOptions.org())) {
            OAuthClient there = OAuthClient.known(
                    other.proxy(), Preregistered.ASSERTING, Preregistered.SECRET, Preregistered.REDIRECT_URI);

            Answer answer = there.token(parameters(assertionOf(other, OktaUser.BOB)), Preregistered.SECRET);

            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(OAuthClient.ping(other.proxy().mcp(), answer.get("access_token"))
                            .status())
                    .isEqualTo(200);
        }
    }

    /** RFC 6749 5.1. */
    @Test
    void theAnswerIsNotKeptAndHoldsTheScopeAndNoRefreshToken() {
        Answer answer = redeem(forge().signed());

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.json()).containsOnlyKeys("access_token", "token_type", "expires_in", "scope", "resource");
        assertThat(answer.get("scope")).isEqualTo("mcp");
    }

    /** The attack: an assertion that was used before, by whoever has it and the client's secret. */
    @Test
    void anAssertionIsGoodOnce() {
        String assertion = forge().signed();
        assertThat(redeem(assertion).status()).isEqualTo(200);

        assertRefused(redeem(assertion), "invalid_grant", "id_jag_replayed");
    }

    /** RFC 7521 4.1.1 and 5.2, RFC 7523 3, and 4.4.1 of the draft. */
    @Test
    void whatIsNotOktasWordForThisClientHereAndNowIsRefused() {
        String unsigned = forge().unsigned();
        Map<String, String> refused = new HashMap<>();
        refused.put(forge().signedByAnImpostor(), "id_jag_signature_wrong");
        refused.put(forge().signedByAnUnknownKey(), "id_jag_signature_wrong");
        refused.put(unsigned, "id_jag_malformed");
        refused.put("no.jwt.atall", "id_jag_malformed");
        refused.put(forge().typed("JWT").signed(), "id_jag_malformed");
        refused.put(forge().expired().signed(), "id_jag_expired");
        refused.put(forge().with("iss", okta.issuer().toString()).signed(), "id_jag_issuer_wrong");
        refused.put(forge().with("aud", okta.organization().toString()).signed(), "id_jag_audience_wrong");
        refused.put(
                forge().with("aud", List.of(issuer(), "https://other.example")).signed(), "id_jag_audience_wrong");
        refused.put(forge().with("client_id", Preregistered.APPLICATION).signed(), "id_jag_of_other_client");
        refused.put(
                forge().with("iat", Instant.now().plusSeconds(200).getEpochSecond())
                        .signed(),
                "id_jag_time_wrong");
        refused.put(
                forge().with("exp", Instant.now().plusSeconds(7200).getEpochSecond())
                        .signed(),
                "id_jag_time_wrong");
        refused.put(forge().without("jti").signed(), "id_jag_malformed");
        refused.put(forge().without("resource").signed(), "id_jag_malformed");
        refused.put(forge().with("tenant", "acme").signed(), "id_jag_claim_unsupported");

        refused.forEach((assertion, reason) -> assertRefused(redeem(assertion), "invalid_grant", reason));
    }

    @ParameterizedTest
    @CsvSource({
        "https://other.example/mcp, mcp, invalid_target, resource_unknown",
        ", files.write, invalid_scope, scope_unknown",
        ", openid email, invalid_scope, scope_unknown"
    })
    void whatIsNotForAServerOfOursOrAScopeOfItsIsRefused(String resource, String scope, String error, String reason) {
        TokenForge forge = forge().with("scope", scope);

        assertRefused(
                redeem(
                        resource == null
                                ? forge.signed()
                                : forge.with("resource", resource).signed()),
                error,
                reason);
    }

    @Test
    void aRequestWithoutAnAssertionIsInvalid() {
        Map<String, String> parameters = parameters("any");
        parameters.remove("assertion");

        assertRefused(client.token(parameters, Preregistered.SECRET), "invalid_request", "id_jag_missing");
    }

    /** The attack: its own name, without its secret; and another client of the file, or one that registered itself. */
    @Test
    void nobodyElseBringsOne() {
        Map<String, String> named = parameters(forge().signed());
        named.put("client_id", Preregistered.ASSERTING);
        assertThat(client.token(named).get("error")).isEqualTo("invalid_client");
        assertThat(client.token(parameters(forge().signed()), "wrong").get("error"))
                .isEqualTo("invalid_client");

        OAuthClient application = OAuthClient.known(
                installation.proxy(), Preregistered.APPLICATION, Preregistered.SECRET, Preregistered.REDIRECT_URI);
        String applications =
                forge().with("client_id", Preregistered.APPLICATION).signed();
        assertThat(application
                        .token(parameters(applications), Preregistered.SECRET)
                        .get("error"))
                .isEqualTo("unauthorized_client");
        OAuthClient anybody = OAuthClient.publicClient(installation.proxy());
        Map<String, String> theirs =
                parameters(forge().with("client_id", anybody.id()).signed());
        theirs.put("client_id", anybody.id());
        assertThat(anybody.token(theirs).get("error")).isEqualTo("unauthorized_client");
    }

    /** 8.6.1.2, and RFC 9449. */
    @Test
    void oneThatIsBoundToAKeyIsForItsHolderAndSoIsItsToken() {
        ProvingClient holder = new ProvingClient(installation.proxy(), new ProofKey());
        ProvingClient thief = new ProvingClient(installation.proxy(), new ProofKey());
        Map<String, String> confirmation = Map.of("jkt", holder.key().thumbprint());
        Map<String, String> parameters =
                parameters(forge().with("cnf", confirmation).signed());

        assertRefused(client.token(parameters, Preregistered.SECRET), "invalid_grant", "id_jag_needs_key");
        Answer stolen = proving(thief, parameters);
        assertRefused(stolen, "invalid_grant", "proof_of_other_key");

        Answer answer = proving(holder, parameters);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.get("token_type")).isEqualTo("DPoP");
        assertThat(holder.ping("/mcp", answer.get("access_token")).status()).isEqualTo(200);
        assertThat(thief.ping("/mcp", answer.get("access_token")).status()).isEqualTo(401);
        assertThat(ping(answer.get("access_token")).status()).isEqualTo(401);
    }

    /** Okta changes its keys unannounced. */
    @Test
    void aNewKeyOfTheOrgIsFound() {
        assertThat(redeem(forge().signed()).status()).isEqualTo(200);

        okta.rotateOrganizationKeys();

        String assertion = forge().signed();
        Waiting.until(
                "the new key is known",
                Duration.ofSeconds(40),
                () -> redeem(assertion).status() == 200);
    }

    @Test
    void theAuditTellsWhoForWhomWhereAndByWhichAssertionAndNoLogHoldsIt() throws ParseException {
        String assertion = assertionOf(installation, OktaUser.ALICE);
        Answer answer = redeem(assertion);
        String id = SignedJWT.parse(assertion).getJWTClaimsSet().getJWTID();

        assertThat(installation.audited(answer))
                .anySatisfy(line -> assertThat(line)
                        .contains("\"event\":\"id_jag_redeemed\"", "\"user\":\"" + OktaUser.ALICE.id() + "\"")
                        .contains("\"client\":\"" + Preregistered.ASSERTING + "\"")
                        .contains("\"resource\":\"" + installation.proxy().mcp() + "\"")
                        .contains("\"assertion\":\"" + new Secret(okta.organization() + " " + id).hash() + "\""))
                .anySatisfy(line -> assertThat(line)
                        .contains("\"event\":\"tokens_issued\"", "\"grant_type\":\"" + GRANT_TYPE + "\""));
        redeem(assertion);
        redeem(assertion + "x");
        String logs = installation.proxy().allLogs();
        assertThat(List.of(assertion, assertion.split("[.]")[1], id)).noneMatch(logs::contains);
    }

    /** Refused by the stand-in, else the tests prove nothing. */
    @Test
    void oktaGivesItsWordToAnApplicationThatIsConnectedAlone() {
        HttpResponse<String> unknown = exchange(installation, OktaUser.ALICE, "https://other.example");

        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.body()).contains("invalid_target");
    }

    private Answer proving(ProvingClient proving, Map<String, String> parameters) {
        return proving.post("/oauth2/v1/token", parameters, client.basic(Preregistered.SECRET));
    }

    private Answer redeem(String assertion) {
        return client.token(parameters(assertion), Preregistered.SECRET);
    }

    private static Map<String, String> parameters(String assertion) {
        return new HashMap<>(Map.of("grant_type", GRANT_TYPE, "assertion", assertion));
    }

    private void assertRefused(Answer answer, String error, String reason) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.get("error")).as(reason).isEqualTo(error);
        assertThat(installation.audited(answer))
                .singleElement()
                .asString()
                .contains("\"event\":\"refusal\"", "\"reason\":\"" + reason + "\"");
    }

    private Answer ping(String token) {
        return OAuthClient.ping(installation.proxy().mcp(), token);
    }

    private String issuer() {
        return installation.at("").toString();
    }

    private TokenForge forge() {
        return okta.forgeAssertion(
                OktaUser.ALICE,
                installation.at(""),
                Preregistered.ASSERTING,
                installation.proxy().mcp());
    }

    /** As Okta gives it for the ID token of a person who has signed on at the client. */
    private static String assertionOf(Installation installation, OktaUser user) {
        installation.okta().connect(installation.at(""), Preregistered.ASSERTING);
        HttpResponse<String> answer =
                exchange(installation, user, installation.at("").toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        try {
            Map<String, Object> json = JSONObjectUtils.parse(answer.body());
            assertThat(json).containsEntry("issued_token_type", TYPE + "id-jag").containsEntry("token_type", "N_A");
            return (String) json.get("access_token");
        } catch (ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> exchange(Installation installation, OktaUser user, String audience) {
        OktaTenant okta = installation.okta();
        URI resource = installation.proxy().mcp();
        return okta.browser()
                .post(
                        okta.organizationTokenEndpoint(),
                        okta.agentClientId(),
                        okta.clientSecret(),
                        Map.of(
                                "grant_type",
                                "urn:ietf:params:oauth:grant-type:token-exchange",
                                "requested_token_type",
                                TYPE + "id-jag",
                                "audience",
                                audience,
                                "resource",
                                resource.toString(),
                                "scope",
                                "mcp",
                                "subject_token",
                                okta.agentTokens(user, "openid", "email").idToken(),
                                "subject_token_type",
                                TYPE + "id_token"));
    }
}
