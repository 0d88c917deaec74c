package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.client.ClientDeleteRequest;
import com.nimbusds.oauth2.sdk.client.ClientInformation;
import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import com.nimbusds.oauth2.sdk.client.ClientReadRequest;
import com.nimbusds.oauth2.sdk.client.ClientRegistrationRequest;
import com.nimbusds.oauth2.sdk.client.ClientRegistrationResponse;
import com.nimbusds.oauth2.sdk.client.ClientUpdateRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.Fault;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** What a client does with its registration (RFC 7592), and what a stranger cannot do with it. */
class RegistrationManagementIT {

    private static final String HTTPS = "https://app.example/callback";
    private static final String LOOPBACK = "http://127.0.0.1:8123/callback";

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());
    private final JSONObject metadata = new JSONObject(Map.of(
            "client_name",
            "A plain client",
            "redirect_uris",
            List.of(LOOPBACK),
            "grant_types",
            List.of("authorization_code", "refresh_token"),
            "token_endpoint_auth_method",
            "none"));

    /** By a library of others, which takes no answer that is not as the RFCs say. */
    @Test
    void aStrictClientRegistersReadsUpdatesAndDeletes() throws Exception {
        ClientMetadata wanted = new ClientMetadata();
        wanted.setRedirectionURI(URI.create(HTTPS));
        wanted.setGrantTypes(Set.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN));
        ClientInformation registered = information(
                new ClientRegistrationRequest(installation.at("/oauth2/v1/clients"), wanted, null).toHTTPRequest());
        assertThat(registered.getRegistrationURI())
                .isEqualTo(installation.at("/oauth2/v1/clients/" + registered.getID()));

        ClientInformation read = information(
                new ClientReadRequest(registered.getRegistrationURI(), registered.getRegistrationAccessToken())
                        .toHTTPRequest());
        assertThat(read.getMetadata().toJSONObject())
                .isEqualTo(registered.getMetadata().toJSONObject());

        ClientMetadata changed = read.getMetadata();
        changed.setName("Another name");
        changed.setTokenEndpointAuthMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        ClientInformation updated = information(new ClientUpdateRequest(
                        read.getRegistrationURI(),
                        read.getID(),
                        read.getRegistrationAccessToken(),
                        changed,
                        registered.getSecret())
                .toHTTPRequest());
        assertThat(updated.getMetadata().getName()).isEqualTo("Another name");
        assertThat(updated.getMetadata().getTokenEndpointAuthMethod())
                .isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        assertThat(Set.of(
                        registered.getRegistrationAccessToken(),
                        read.getRegistrationAccessToken(),
                        updated.getRegistrationAccessToken()))
                .hasSize(3);

        HTTPResponse deleted = new ClientDeleteRequest(
                        updated.getRegistrationURI(), updated.getRegistrationAccessToken())
                .toHTTPRequest()
                .send();
        assertThat(deleted.getStatusCode()).isEqualTo(204);
    }

    private static ClientInformation information(HTTPRequest request) throws Exception {
        return ClientRegistrationResponse.parse(request.send())
                .toSuccessResponse()
                .getClientInformation();
    }

    @Test
    void aReadAnswersAllThatIsRegistered() {
        JSONObject registered =
                OAuthClient.register(installation.proxy(), metadata).json();
        OAuthClient reader = OAuthClient.registered(installation.proxy(), metadata, LOOPBACK);

        Answer read = reader.readRegistration(reader.registrationToken());

        assertThat(read.status()).isEqualTo(200);
        assertThat(read.header("Cache-Control")).isEqualTo("no-store");
        assertThat(read.header("Content-Type")).startsWith("application/json");
        assertThat(read.json().keySet()).isEqualTo(registered.keySet());
        assertThat(read.get("client_id")).isEqualTo(reader.id());
        assertThat(read.get("registration_client_uri"))
                .isEqualTo(installation.at("/oauth2/v1/clients/" + reader.id()).toString());
        for (String member :
                List.of("client_name", "redirect_uris", "grant_types", "token_endpoint_auth_method", "scope")) {
            assertThat(read.get(member)).as(member).isEqualTo(registered.getAsString(member));
        }
    }

    /** Only its hash is known here; a client has it from its registration. */
    @Test
    void noReadTellsASecret() {
        OAuthClient confidential = OAuthClient.register(installation.proxy(), "client_secret_basic", LOOPBACK);

        Answer read = confidential.readRegistration(confidential.registrationToken());

        assertThat(read.json()).doesNotContainKeys("client_secret", "client_secret_expires_at");
        assertThat(confidential
                        .token(confidential.refreshParameters("unknown"), confidential.secret())
                        .get("error"))
                .isEqualTo("invalid_grant");
    }

    @Test
    void everyUseReplacesTheToken() {
        String first = client.registrationToken();
        String second = client.readRegistration(first).get("registration_access_token");
        assertRefused(client.readRegistration(first));

        String third = client.updateRegistration(second, metadata).get("registration_access_token");
        assertRefused(client.updateRegistration(second, metadata));
        assertRefused(client.deleteRegistration(first));

        assertThat(client.deleteRegistration(third).status()).isEqualTo(204);
        assertRefused(client.deleteRegistration(third));
    }

    /** RFC 7592 2.1: one answer to both, so that nobody learns which clients there are. */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE"})
    void aWrongTokenAndAnUnknownClientAreOneAnswer(String method) {
        OAuthClient other = OAuthClient.publicClient(installation.proxy());
        String unknown = "/oauth2/v1/clients/" + "A".repeat(43);

        Answer wrong = send(method, client.registrationUri(), "Bearer " + other.registrationToken());
        Answer noClient = send(method, installation.at(unknown), "Bearer " + other.registrationToken());

        assertRefused(wrong);
        assertRefused(noClient);
        assertThat(noClient.text()).isEqualTo(wrong.text());
        assertThat(noClient.header("WWW-Authenticate")).isEqualTo(wrong.header("WWW-Authenticate"));
        assertThat(other.readRegistration(other.registrationToken()).status()).isEqualTo(200);
        assertThat(client.readRegistration(client.registrationToken()).status()).isEqualTo(200);
    }

    /** RFC 6750 3.1: who sent no token did nothing wrong. */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE"})
    void withoutATokenTheAnswerNamesNoError(String method) {
        URI inQuery = URI.create(client.registrationUri() + "?access_token=" + client.registrationToken());
        String basic = "Basic Y2xpZW50OnNlY3JldA==";

        for (Answer answer : List.of(
                send(method, client.registrationUri(), null),
                send(method, client.registrationUri(), basic),
                send(method, inQuery, null))) {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"clients\"");
            assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        }
        assertThat(client.readRegistration(client.registrationToken()).status()).isEqualTo(200);
    }

    @Test
    void noOtherCredentialOfTheClientManagesItsRegistration() {
        OAuthClient confidential = OAuthClient.register(installation.proxy(), "client_secret_basic", LOOPBACK);
        Answer tokens =
                confidential.token(confidential.redemptionParameters(confidential.code("bob")), confidential.secret());

        for (String token : List.of(
                confidential.secret(), confidential.id(), tokens.get("access_token"), tokens.get("refresh_token"))) {
            assertRefused(confidential.readRegistration(token));
            assertRefused(confidential.deleteRegistration(token));
        }
        assertThat(client.ping(client.registrationToken()).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "registration_access_token",
                "registration_client_uri",
                "client_secret_expires_at",
                "client_id_issued_at",
                "client_secret"
            })
    void anUpdateThatHoldsWhatItMustNotChangesNothing(String member) {
        metadata.put(member, 1);

        Answer refused = client.updateRegistration(client.registrationToken(), metadata);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.get("error")).isEqualTo("invalid_client_metadata");
        assertThat(client.readRegistration(client.registrationToken()).status()).isEqualTo(200);
    }

    @Test
    void anUpdateOfAnotherClientOrWithBadMetadataChangesNothing() {
        String token = client.registrationToken();
        metadata.put("client_id", OAuthClient.publicClient(installation.proxy()).id());
        assertThat(client.updateRegistration(token, metadata).get("error")).isEqualTo("invalid_client_metadata");
        metadata.put("client_id", client.id());
        metadata.put("redirect_uris", List.of("http://evil.example/callback"));
        assertThat(client.updateRegistration(token, metadata).get("error")).isEqualTo("invalid_redirect_uri");

        Answer read = client.readRegistration(token);

        assertThat(read.json().get("redirect_uris")).isEqualTo(List.of(LOOPBACK));
    }

    @Test
    void whatIsNoUpdateIsRefused() {
        URI uri = client.registrationUri();
        String bearer = "Bearer " + client.registrationToken();

        assertThat(send("POST", uri, bearer).status()).isEqualTo(405);
        Answer head = OAuthClient.send(HttpRequest.newBuilder(uri)
                .header("Authorization", bearer)
                .method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.status()).isEqualTo(405);
        assertThat(head.header("Allow")).contains("GET", "PUT", "DELETE");
        assertThat(OAuthClient.send(HttpRequest.newBuilder(uri)
                                .header("Authorization", bearer)
                                .header("Content-Type", "text/plain")
                                .PUT(HttpRequest.BodyPublishers.ofString(metadata.toJSONString())))
                        .status())
                .isEqualTo(415);
        assertThat(client.readRegistration(client.registrationToken()).status()).isEqualTo(200);
    }

    @Test
    void aPageOfAnAllowedOriginMayDoAllOfIt() {
        Answer preflight = OAuthClient.send(HttpRequest.newBuilder(client.registrationUri())
                .header("Origin", "http://localhost:6274")
                .header("Access-Control-Request-Method", "PUT")
                .header("Access-Control-Request-Headers", "authorization,content-type")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        Answer refused = OAuthClient.send(
                HttpRequest.newBuilder(client.registrationUri()).header("Origin", "http://localhost:6274"));
        Answer foreign = OAuthClient.send(HttpRequest.newBuilder(client.registrationUri())
                .header("Authorization", "Bearer " + client.registrationToken())
                .header("Origin", "https://evil.example"));

        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Methods")).contains("GET", "PUT", "DELETE");
        assertThat(preflight.header("Access-Control-Allow-Headers")).contains("authorization", "content-type");
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo("http://localhost:6274");
        assertThat(refused.header("Access-Control-Expose-Headers")).contains("WWW-Authenticate");
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(client.readRegistration(client.registrationToken()).status()).isEqualTo(200);
    }

    @Test
    void aRemovedClientTakesAllWithItThatPeopleGranted() {
        Answer tokens = client.signOn("alice");
        OAuthClient other = OAuthClient.publicClient(installation.proxy());
        Answer others = other.signOn("alice");
        String code = client.code("bob");
        int before = revocationsAtOkta();

        Answer deleted = client.deleteRegistration(client.registrationToken());

        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.text()).isEmpty();
        assertThat(deleted.header("Cache-Control")).isEqualTo("no-store");
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(401);
        assertThat(client.refresh(tokens.get("refresh_token")).get("error")).isEqualTo("invalid_client");
        assertThat(client.redeem(code).get("error")).isEqualTo("invalid_client");
        assertThat(new Browser().get(client.authorizationUri()).status()).isEqualTo(401);
        assertThat(revocationsAtOkta()).isEqualTo(before + 2);
        assertThat(installation.proxy().console().lines())
                .anyMatch(line -> line.contains("\"event\":\"client_deleted\"") && line.contains(client.id()))
                .filteredOn(line -> line.contains("\"event\":\"grant_revoked\"") && line.contains(client.id()))
                .hasSize(2)
                .allMatch(line -> line.contains("\"reason\":\"client_deleted\""));
        assertThat(other.ping(others.get("access_token")).status()).isEqualTo(200);
        assertThat(other.refresh(others.get("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void aSignOnUnderWayEndsWithTheClient() {
        Browser browser = new Browser();
        Page question = browser.follow(client.authorizationUri(), client.redirectUri());
        assertThat(question.hasForm()).isTrue();

        client.deleteRegistration(client.registrationToken());

        assertLeadsNowhere(browser.submit(question, Map.of("decision", "allow")));
    }

    /** What the person saw, and what the request was held against, is no longer so. */
    @Test
    void aSignOnUnderWayEndsWithAnUpdate() {
        Browser asked = new Browser();
        Page question = asked.follow(client.authorizationUri(), client.redirectUri());
        Browser signedOn = new Browser();
        URI back = signedOn.signOn(client.authorizationUri(), "alice", installation.at("/oauth/callback"));
        String code = client.code("alice");
        metadata.put("redirect_uris", List.of("http://127.0.0.1/elsewhere"));

        assertThat(client.updateRegistration(client.registrationToken(), metadata)
                        .status())
                .isEqualTo(200);

        assertLeadsNowhere(asked.submit(question, Map.of("decision", "allow")));
        assertLeadsNowhere(signedOn.get(back));
        assertThat(client.redeem(code).get("error")).isEqualTo("invalid_grant");
        Page refused = new Browser().get(client.authorizationUri());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.next()).isEmpty();
    }

    @Test
    void aGrantGoesOnAfterAnUpdateThatLeavesTheKindOfClient() {
        Answer tokens = client.signOn("alice");
        metadata.put("redirect_uris", List.of(HTTPS, LOOPBACK));

        client.updateRegistration(client.registrationToken(), metadata);

        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
        assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
    }

    /** Whoever holds a token of it could use it without the secret from now on. */
    @Test
    void whatWasGrantedToAConfidentialClientDoesNotBecomeAPublicOnes() {
        OAuthClient confidential = OAuthClient.register(installation.proxy(), "client_secret_basic", LOOPBACK);
        Answer tokens =
                confidential.token(confidential.redemptionParameters(confidential.code("bob")), confidential.secret());

        assertThat(confidential
                        .updateRegistration(confidential.registrationToken(), metadata)
                        .status())
                .isEqualTo(200);

        assertThat(confidential.ping(tokens.get("access_token")).status()).isEqualTo(401);
        assertThat(confidential.refresh(tokens.get("refresh_token")).get("error"))
                .isEqualTo("invalid_grant");
    }

    /** Okta was being asked for its tokens, so nothing was pending that the update could forget. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "client_secret_basic"})
    void aSignOnAtOktaEndsWhereItsClientBecomesOneOfTheOtherKind(String before) throws Exception {
        OAuthClient changing = OAuthClient.register(installation.proxy(), before, LOOPBACK);
        metadata.put("token_endpoint_auth_method", before.equals("none") ? "client_secret_basic" : "none");
        Browser browser = new Browser();
        URI back = browser.signOn(changing.authorizationUri(), "alice", installation.at("/oauth/callback"));
        int revoked = revocationsAtOkta();
        Fault.Slow slow = installation.okta().faults().once(Endpoint.TOKEN, Fault.slow(Duration.ofSeconds(10)));
        FutureTask<Page> callback = new FutureTask<>(() -> browser.get(back));
        new Thread(callback).start();
        slow.awaitArrival();

        Answer updated = changing.updateRegistration(changing.registrationToken(), metadata);
        slow.release();

        assertThat(updated.status()).isEqualTo(200);
        assertLeadsNowhere(callback.get(30, TimeUnit.SECONDS));
        assertThat(revocationsAtOkta()).isEqualTo(revoked + 1);
        assertThat(installation.proxy().console().lines())
                .anyMatch(line -> line.contains("\"event\":\"grant_revoked\"")
                        && line.contains(changing.id())
                        && line.contains("\"reason\":\"sign_on_failed\""));
    }

    /** A read replaces the token for the registration, and nothing else. */
    @Test
    void aSignOnAtOktaGoesOnWhereItsClientReadsItsRegistration() throws Exception {
        Browser browser = new Browser();
        URI back = browser.signOn(client.authorizationUri(), "alice", installation.at("/oauth/callback"));
        Fault.Slow slow = installation.okta().faults().once(Endpoint.TOKEN, Fault.slow(Duration.ofSeconds(10)));
        FutureTask<Page> callback = new FutureTask<>(() -> browser.get(back));
        new Thread(callback).start();
        slow.awaitArrival();

        client.readRegistration(client.registrationToken());
        slow.release();

        URI answer = callback.get(30, TimeUnit.SECONDS).next().orElseThrow();
        assertThat(client.redeem(OAuthClient.parameter(answer, "code")).status())
                .isEqualTo(200);
    }

    /** The attack: to redeem a code as a client could that it no longer is. */
    @Test
    void whoeverRedeemsACodeProvesItselfAsTheClientIsNow() {
        metadata.put("token_endpoint_auth_method", "client_secret_basic");
        Answer confidential = client.updateRegistration(client.registrationToken(), metadata);
        String secret = confidential.get("client_secret");
        String code = client.code("alice");
        assertThat(client.redeem(code).get("error")).isEqualTo("invalid_client");
        assertThat(client.token(client.redemptionParameters(code), secret).status())
                .isEqualTo(200);

        metadata.put("token_endpoint_auth_method", "none");
        client.updateRegistration(confidential.get("registration_access_token"), metadata);
        String publics = client.code("alice");
        assertThat(client.token(client.redemptionParameters(publics), secret).get("error"))
                .isEqualTo("invalid_client");
        assertThat(client.redeem(publics).status()).isEqualTo(200);
    }

    /** The browser remembers, and would not ask; the person's own approval has gone. */
    @Test
    void afterAnUpdateThePersonIsAskedAgain() {
        metadata.put("redirect_uris", List.of(HTTPS));
        OAuthClient web = OAuthClient.registered(installation.proxy(), metadata, HTTPS);
        Browser browser = new Browser();
        browser.signOn(web.authorizationUri(), "alice", web.redirectUri());
        assertThat(browser.follow(web.authorizationUri(), web.redirectUri()).text())
                .doesNotContain("Another application");
        metadata.put("client_name", "Another application");

        web.updateRegistration(web.registrationToken(), metadata);

        assertThat(browser.follow(web.authorizationUri(), web.redirectUri()).text())
                .contains("Another application");
    }

    private static void assertRefused(Answer answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.get("error")).isEqualTo("invalid_token");
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer realm=\"clients\", error=\"invalid_token\"");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    private static void assertLeadsNowhere(Page page) {
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
    }

    /** With a body that would be a good update. */
    private Answer send(String method, URI uri, String authorization) {
        metadata.put("client_id", client.id());
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(metadata.toJSONString()));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return OAuthClient.send(request);
    }

    private int revocationsAtOkta() {
        return installation.okta().requests().to(Endpoint.REVOKE).size();
    }
}
