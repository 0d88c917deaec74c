package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.ExchangeClient;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Waiting;

/** Against the strict stand-in, and against answers that it never gives. */
class TokenExchangeEndpointTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Scope READ = new Scope("files.read");
    private static final String TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";

    private static OktaTenant okta;
    private static OktaTenant foreign;
    private static Secret alices;

    private final List<HTTPRequest> sent = new ArrayList<>();

    @BeforeAll
    static void startOrgs() {
        okta = OktaTenant.start();
        foreign = OktaTenant.start();
        alices = new Secret(okta.agentTokens(OktaUser.ALICE, "openid", "mcp", "offline_access")
                .accessToken());
    }

    @AfterAll
    static void closeOrgs() {
        okta.close();
        foreign.close();
    }

    @AfterEach
    void mend() {
        okta.faults().clear();
    }

    @Test
    void theUsersTokenIsExchangedForOneOfTheBackends() throws ParseException {
        ExchangedToken token = real().exchange(alices, target(READ));

        JWTClaimsSet claims = SignedJWT.parse(token.value().value()).getJWTClaimsSet();
        assertThat(claims.getAudience()).containsExactly(okta.exchangeAudience());
        assertThat(claims.getStringClaim("uid")).isEqualTo(OktaUser.ALICE.id());
        assertThat(claims.getStringClaim("cid")).isEqualTo(okta.exchangeClientId());
        assertThat(claims.getStringListClaim("scp")).containsExactly("files.read");
        assertThat(token.expiresAt())
                .isBetween(Instant.now().plusSeconds(3400), Instant.now().plusSeconds(3600));
        assertThat(form())
                .containsEntry("grant_type", List.of("urn:ietf:params:oauth:grant-type:token-exchange"))
                .containsEntry("subject_token", List.of(alices.value()))
                .containsEntry("subject_token_type", List.of(TOKEN_TYPE))
                .containsEntry("requested_token_type", List.of(TOKEN_TYPE))
                .containsEntry("audience", List.of(okta.exchangeAudience()))
                .containsEntry("scope", List.of("files.read"))
                .doesNotContainKeys("client_secret", "resource", "actor_token");
    }

    @Test
    void noOtherApplicationExchanges() {
        BackendCredential.Exchange target = new BackendCredential.Exchange(
                okta.issuer(), okta.exchangeAudience(), READ, client(okta.clientId(), okta.clientSecret()));

        assertThat(refused(() -> real().exchange(alices, target))).isEqualTo(Reason.EXCHANGE_REFUSED);
    }

    @Test
    void noOneExchangesWithAWrongSecret() {
        BackendCredential.Exchange target = new BackendCredential.Exchange(
                okta.issuer(), okta.exchangeAudience(), READ, client(okta.exchangeClientId(), "wrong"));

        assertThat(refused(() -> real().exchange(alices, target))).isEqualTo(Reason.EXCHANGE_REFUSED);
    }

    @Test
    void noOtherAudienceIsGiven() {
        BackendCredential.Exchange target = new BackendCredential.Exchange(
                okta.issuer(), "api://payroll", READ, client(okta.exchangeClientId(), okta.clientSecret()));

        assertThat(refused(() -> real().exchange(alices, target))).isEqualTo(Reason.EXCHANGE_REFUSED);
    }

    @Test
    void noOtherScopeIsGiven() {
        assertThat(refused(() -> real().exchange(alices, target(new Scope("admin")))))
                .isEqualTo(Reason.EXCHANGE_REFUSED);
        assertThat(refused(() -> real().exchange(alices, target(new Scope())))).isEqualTo(Reason.EXCHANGE_REFUSED);
    }

    @Test
    void aTokenOfAnotherOrgIsExchangedForNothing() {
        Secret theirs =
                new Secret(foreign.agentTokens(OktaUser.ALICE, "openid", "mcp").accessToken());

        assertThat(refused(() -> real().exchange(theirs, target(READ)))).isEqualTo(Reason.EXCHANGE_DENIED);
    }

    @Test
    void aServiceHasNoUserToActFor() {
        Secret services = new Secret(okta.serviceToken("mcp"));

        assertThat(refused(() -> real().exchange(services, target(READ)))).isEqualTo(Reason.EXCHANGE_DENIED);
    }

    @Test
    void anExpiredTokenIsExchangedForNothing() {
        try (OktaTenant hasty = OktaTenant.start(OktaOptions.custom().withAccessTokenLifetime(Duration.ofSeconds(1)))) {
            Secret expired = new Secret(
                    hasty.agentTokens(OktaUser.ALICE, "openid", "mcp").accessToken());
            Instant end = Instant.now().plusSeconds(1);
            Waiting.until(
                    "the token's end",
                    Duration.ofSeconds(10),
                    () -> Instant.now().isAfter(end));
            BackendCredential.Exchange target = new BackendCredential.Exchange(
                    hasty.issuer(),
                    hasty.exchangeAudience(),
                    READ,
                    client(hasty.exchangeClientId(), hasty.clientSecret()));

            assertThat(refused(() -> endpoint(this::send, Clock.systemUTC()).exchange(expired, target)))
                    .isEqualTo(Reason.EXCHANGE_DENIED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "invalid_grant,EXCHANGE_DENIED",
        "access_denied,EXCHANGE_DENIED",
        "invalid_target,EXCHANGE_REFUSED",
        "invalid_client,EXCHANGE_REFUSED",
        "unsupported_grant_type,EXCHANGE_REFUSED",
        "<script>,EXCHANGE_REFUSED"
    })
    void aRefusalSaysWhoseFaultItIs(String error, Reason reason) {
        assertThat(refused(() -> answering(400, "{\"error\":\"" + error + "\"}").exchange(alices, target(READ))))
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 503})
    void whereOktaCannotBeAskedTheClientComesAgain(int status) {
        Rejection rejection = catchThrowableOfType(
                Rejection.class,
                () -> answering(status, "{\"error\":\"invalid_grant\"}").exchange(alices, target(READ)));

        assertThat(rejection.reason()).isEqualTo(Reason.OKTA_UNAVAILABLE);
        assertThat(rejection.retryAfter()).isPresent();
    }

    @Test
    void aCallThatFailsIsNotRepeated() {
        Rejection rejection = catchThrowableOfType(
                Rejection.class,
                () -> endpoint(
                                request -> {
                                    if (request.getMethod() == HTTPRequest.Method.GET) {
                                        return metadata(request.getURI());
                                    }
                                    sent.add((HTTPRequest) request);
                                    throw new IOException("SocketTimeoutException");
                                },
                                Clock.fixed(NOW, ZoneOffset.UTC))
                        .exchange(alices, target(READ)));

        assertThat(rejection.reason()).isEqualTo(Reason.OKTA_UNAVAILABLE);
        assertThat(sent).hasSize(1);
    }

    /** What is no bearer token, or not what was asked for, must not be sent as one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "not json",
                "{'access_token':'t','token_type':'Bearer'}",
                "{'access_token':'t','token_type':'N_A','issued_token_type':'" + TOKEN_TYPE + "'}",
                "{'access_token':'t','token_type':'DPoP','issued_token_type':'" + TOKEN_TYPE + "'}",
                "{'access_token':'t','token_type':'Bearer','issued_token_type':'urn:ietf:params:oauth:token-type:id_token'}",
                "{'access_token':'t','token_type':'Bearer','expires_in':-5,'issued_token_type':'" + TOKEN_TYPE + "'}",
                "{'access_token':'t','issued_token_type':'" + TOKEN_TYPE + "'}",
                "{'access_token':'','token_type':'Bearer','issued_token_type':'" + TOKEN_TYPE + "'}"
            })
    void anAnswerThatIsNoAccessTokenIsRefused(String json) {
        assertThat(refused(() -> answering(200, json.replace('\'', '"')).exchange(alices, target(READ))))
                .isEqualTo(Reason.OKTA_ANSWER_INVALID);
    }

    @ParameterizedTest
    @CsvSource({"'',300", "',\"expires_in\":60',60", "',\"expires_in\":99999999',86400"})
    void aLifetimeIsBounded(String expiry, long seconds) {
        String json = "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"issued_token_type\":\"" + TOKEN_TYPE + "\""
                + expiry + "}";

        assertThat(answering(200, json).exchange(alices, target(READ)).expiresAt())
                .isEqualTo(NOW.plusSeconds(seconds));
    }

    @Test
    void aRedirectIsNotFollowed() {
        assertThat(refused(() -> answering(302, "").exchange(alices, target(READ))))
                .isEqualTo(Reason.OKTA_ANSWER_INVALID);
    }

    /** Its own discovery document says where; that of another is not believed. */
    @Test
    void anotherServerMaySayOfItselfWhereItExchanges() {
        answering(
                        200,
                        "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"issued_token_type\":\"" + TOKEN_TYPE
                                + "\"}")
                .exchange(alices, target(READ));
        assertThat(sent).singleElement().extracting(HTTPRequest::getURI).hasToString(okta.issuer() + "/elsewhere");

        TokenExchangeEndpoint impostor = endpoint(
                request -> metadata(URI.create("https://evil.example/.well-known/openid-configuration")),
                Clock.fixed(NOW, ZoneOffset.UTC));
        assertThat(refused(() -> impostor.exchange(alices, target(READ)))).isEqualTo(Reason.OKTA_ANSWER_INVALID);
        assertThat(sent).hasSize(1);
    }

    private Map<String, List<String>> form() {
        return URLUtils.parseParameters(sent.get(0).getBody());
    }

    private static Reason refused(Runnable exchange) {
        return catchThrowableOfType(Rejection.class, exchange::run).reason();
    }

    private static BackendCredential.Exchange target(Scope scope) {
        return new BackendCredential.Exchange(
                okta.issuer(), okta.exchangeAudience(), scope, client(okta.exchangeClientId(), okta.clientSecret()));
    }

    private static ExchangeClient client(String id, String secret) {
        return new ExchangeClient(id, new Credential.ClientSecret(new Secret(secret)));
    }

    private TokenExchangeEndpoint real() {
        return endpoint(this::send, Clock.systemUTC());
    }

    private HTTPResponse send(com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest request) throws IOException {
        if (request.getMethod() == HTTPRequest.Method.POST) {
            sent.add((HTTPRequest) request);
        }
        return ((HTTPRequest) request).send();
    }

    private TokenExchangeEndpoint answering(int status, String body) {
        return endpoint(
                request -> {
                    if (request.getMethod() == HTTPRequest.Method.GET) {
                        return metadata(request.getURI());
                    }
                    sent.add((HTTPRequest) request);
                    return json(status, body);
                },
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static HTTPResponse metadata(URI wellKnown) {
        String issuer = wellKnown.toString().replace("/.well-known/openid-configuration", "");
        return json(200, """
                {"issuer":"%s","authorization_endpoint":"%1$s/a","token_endpoint":"%1$s/elsewhere","jwks_uri":"%1$s/k",
                 "response_types_supported":["code"],"subject_types_supported":["public"],
                 "id_token_signing_alg_values_supported":["RS256"]}""".formatted(issuer));
    }

    private static HTTPResponse json(int status, String body) {
        HTTPResponse response = new HTTPResponse(status);
        response.setHeader("Content-Type", "application/json");
        response.setBody(body);
        return response;
    }

    private static TokenExchangeEndpoint endpoint(HTTPRequestSender sender, Clock clock) {
        Settings settings = UpstreamDeployment.settings(
                URI.create("http://localhost:1/oauth2/main"), new Credential.ClientSecret(new Secret("other")));
        IssuerCalls calls = new IssuerCalls(
                sender, CallLimits.standard(), new UpstreamStatus(), clock, new IssuerMeter(new Meters()));
        return new TokenExchangeEndpoint(
                new ExchangeServers(settings, new Discovery(settings, calls), clock),
                new ProxyCredential(settings, clock),
                calls,
                clock);
    }
}
