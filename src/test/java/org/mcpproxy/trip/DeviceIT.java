package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationGrantError;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationRequest;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationResponse;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.device.DeviceCodeGrant;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Device;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** A terminal without a browser, and a person who has one elsewhere (RFC 8628). */
class DeviceIT {

    private static final String ENDPOINT = "/oauth2/v1/device_authorization";

    private final Installation installation = Installation.shared();
    private final Browser browser = new Browser();

    @Test
    void aStrictDeviceIsAllowedByAPersonAndCalls() throws Exception {
        OAuthClient client = Device.register(installation.proxy());
        AuthorizationServerMetadata metadata = AuthorizationServerMetadata.resolve(
                new Issuer(installation.at("").toString()));
        DeviceAuthorizationResponse answer = DeviceAuthorizationResponse.parse(new DeviceAuthorizationRequest(
                        metadata.getDeviceAuthorizationEndpointURI(),
                        new ClientID(client.id()),
                        new Scope("mcp"),
                        Map.of("resource", List.of(installation.proxy().mcp().toString())))
                .toHTTPRequest()
                .send());
        assertThat(answer.indicatesSuccess()).isTrue();
        DeviceAuthorizationSuccessResponse codes = answer.toSuccessResponse();
        assertThat(codes.getLifetime()).isEqualTo(600);
        assertThat(codes.getInterval()).isEqualTo(5);
        TokenRequest poll = new TokenRequest.Builder(
                        metadata.getTokenEndpointURI(),
                        new ClientID(client.id()),
                        new DeviceCodeGrant(codes.getDeviceCode()))
                .build();
        assertThat(TokenErrorResponse.parse(poll.toHTTPRequest().send()).getErrorObject())
                .isEqualTo(DeviceAuthorizationGrantError.AUTHORIZATION_PENDING);
        assertThat(TokenErrorResponse.parse(poll.toHTTPRequest().send()).getErrorObject())
                .isEqualTo(DeviceAuthorizationGrantError.SLOW_DOWN);

        Page asked = browser.submit(
                browser.get(codes.getVerificationURI()),
                Map.of("user_code", codes.getUserCode().getStrippedValue().toLowerCase(java.util.Locale.ROOT)));
        URI done = browser.signOn(asked, "alice", client.redirectUri());
        assertThat(browser.get(done).text()).contains("You can return to your device");

        TokenResponse tokens = TokenResponse.parse(poll.toHTTPRequest().send());
        assertThat(tokens.indicatesSuccess()).isTrue();
        AccessTokenResponse issued = tokens.toSuccessResponse();
        assertThat(issued.getTokens().getAccessToken().getScope().toStringList())
                .containsExactly("mcp");
        assertThat(client.ping(issued.getTokens().getAccessToken().getValue()).status())
                .isEqualTo(200);
        assertThat(client.refresh(issued.getTokens().getRefreshToken().getValue())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void itIsAnsweredAsTheRfcSays() {
        Answer codes = Device.begun(installation.proxy()).codes();

        assertThat(codes.header("Cache-Control")).isEqualTo("no-store");
        assertThat(codes.header("Content-Type")).startsWith("application/json");
        assertThat(codes.json().keySet())
                .containsExactlyInAnyOrder(
                        "device_code",
                        "user_code",
                        "verification_uri",
                        "verification_uri_complete",
                        "expires_in",
                        "interval");
        assertThat(codes.get("device_code")).matches("[A-Za-z0-9_-]{43}");
        assertThat(codes.get("user_code")).matches("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}");
        String page = installation.at("/oauth/device").toString();
        assertThat(codes.get("verification_uri")).isEqualTo(page);
        assertThat(codes.get("verification_uri_complete")).isEqualTo(page + "?user_code=" + codes.get("user_code"));
    }

    @Test
    void onlyAPostIsTaken() {
        assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(ENDPOINT + "?client_id=x")))
                        .status())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @CsvSource({
        "scope, okta.users.read, invalid_scope",
        "resource, https://evil.example/mcp, invalid_target",
        "client_id, nobody-registered-this, invalid_client"
    })
    void whatCannotBeHadIsRefusedAtOnce(String name, String value, String error) {
        Answer refused = Device.begin(Device.register(installation.proxy()), new HashMap<>(Map.of(name, value)));

        assertThat(refused.status()).isIn(400, 401);
        assertThat(refused.get("error")).isEqualTo(error);
    }

    @Test
    void aClientThatDidNotRegisterForItIsRefusedAtBothEndpoints() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Map<String, String> poll = Device.begun(installation.proxy()).parameters();
        poll.put("client_id", client.id());

        assertThat(Device.begin(client, Map.of()).get("error")).isEqualTo("unauthorized_client");
        assertThat(client.token(poll).get("error")).isEqualTo("unauthorized_client");
    }

    @Test
    void aConfidentialClientProvesWhoItIs() {
        OAuthClient client = OAuthClient.registered(
                installation.proxy(),
                new JSONObject(Map.of("grant_types", List.of("urn:ietf:params:oauth:grant-type:device_code"))),
                "http://unused/");

        assertThat(Device.begin(client, Map.of()).get("error")).isEqualTo("invalid_client");
        assertThat(client.post(ENDPOINT, Map.of(), client.basic("a guess")).status())
                .isEqualTo(401);
        assertThat(client.post(ENDPOINT, Map.of(), client.basic(client.secret()))
                        .status())
                .isEqualTo(200);
    }

    /** It has no redirect URI that an answer could go to. */
    @Test
    void aDeviceIsNotRedirectedTo() {
        OAuthClient client = Device.register(installation.proxy());
        Map<String, String> request = client.authorizationParameters();

        for (String redirectUri : new String[] {"", "urn:ietf:params:oauth:grant-type:device_code"}) {
            request.put("redirect_uri", redirectUri);
            Page page = browser.get(client.authorizationUri(request));
            assertThat(page.status()).isEqualTo(400);
            assertThat(page.next()).isEmpty();
        }
    }

    /** RFC 8628 3.3.1: a link alone does nothing, whoever follows it. */
    @Test
    void aLinkBeginsNothingBeforeThePersonSaysSo() {
        Device device = Device.begun(installation.proxy());

        Page page = device.page(browser);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.next()).isEmpty();
        assertThat(page.text())
                .contains("value=\"" + device.userCode() + "\"", "Go on only if you have just started this yourself")
                .doesNotContain("role=\"alert\"");
        assertThat(page.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
        assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(page.header("Cache-Control")).startsWith("no-store");
        assertThat(browser.cookies().keySet()).noneMatch(name -> name.contains("sign-on"));
        assertThat(device.poll().get("error")).isEqualTo("authorization_pending");
    }

    /** RFC 8628 5.4: by which a person may see that it is not theirs. */
    @Test
    void thePersonSeesWhoAsksFromWhereAndWhen() {
        Page question = Device.begun(installation.proxy()).question(browser);

        assertThat(question.text())
                .contains("A &lt;b&gt;terminal&lt;/b&gt;", "<strong>127.0.0.1</strong>", " UTC</dd>")
                .contains("deny it")
                .doesNotContain("The answer goes to", "<b>terminal");
    }

    @Test
    void whoDeniesEndsIt() {
        Device device = Device.begun(installation.proxy());

        Page denied = browser.submit(device.question(browser), Map.of("decision", "deny"));

        assertThat(browser.follow(denied, installation.at("/nowhere")).text()).contains("was not connected");
        Answer answer = device.poll();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.get("error")).isEqualTo("access_denied");
        Page again = browser.submit(device.page(browser), Map.of("user_code", device.userCode()));
        assertThat(again.status()).isEqualTo(400);
    }

    @Test
    void aCodeWorksOnceAndASecondUseEndsWhatItGranted() {
        Device device = Device.begun(installation.proxy());
        device.allow(browser, "alice");
        Answer tokens = device.poll();
        assertThat(tokens.status()).isEqualTo(200);

        assertThat(device.poll().get("error")).isEqualTo("invalid_grant");

        assertThat(device.client().refresh(tokens.get("refresh_token")).get("error"))
                .isEqualTo("invalid_grant");
        assertThat(device.client().ping(tokens.get("access_token")).status()).isEqualTo(401);
    }

    /** Of two people who enter one code the second was too late, and nobody could get hold of what was granted then. */
    @Test
    void whoComesTooLateLeavesNoGrant() {
        Device device = Device.begun(installation.proxy());
        Browser other = new Browser();
        Page mine = device.question(browser);
        Page theirs = device.question(other);
        browser.get(browser.signOn(mine, "alice", installation.at("/oauth/device/done")));

        URI back = other.signOn(theirs, "bob", installation.at("/oauth/callback"));
        Page late = other.get(back);

        assertThat(late.status()).isEqualTo(400);
        assertThat(device.poll().status()).isEqualTo(200);
        String id = late.header("X-Request-Id");
        installation.proxy().awaitConsole("audited", console -> console.contains("\"sign_on_failed\""));
        assertThat(installation.proxy().console().lines().filter(line -> line.contains(id)))
                .anyMatch(line -> line.contains("\"grant_revoked\"") && line.contains("\"sign_on_failed\""));
    }

    @Test
    void anotherClientGetsNothingByItsCode() {
        Device device = Device.begun(installation.proxy());
        OAuthClient other = Device.register(installation.proxy());
        device.allow(browser, "alice");
        Map<String, String> stolen = device.parameters();
        stolen.put("client_id", other.id());

        assertThat(other.token(stolen).get("error")).isEqualTo("invalid_grant");
        assertThat(device.poll().status()).isEqualTo(200);
    }

    /** However often they have allowed the same client: else one link would do. */
    @Test
    void aPersonIsAskedEachTime() {
        OAuthClient client = Device.register(installation.proxy());
        Device.begun(installation.proxy(), client).allow(browser, "alice");

        assertThat(browser.cookies().keySet()).noneMatch(name -> name.contains("consent"));
        assertThat(Device.begun(installation.proxy(), client).question(browser).text())
                .contains("decision");
    }

    @Test
    void anotherSitesFormEntersNoCode() {
        Device device = Device.begun(installation.proxy());
        Page page = device.page(browser);
        Map<String, String> form = new HashMap<>(Map.of("user_code", device.userCode()));

        assertThat(browser.post(page.formAction(), form).status())
                .as("without its value")
                .isEqualTo(403);
        form.put("csrf", device.page(new Browser()).hiddenFields().get("csrf"));
        assertThat(browser.post(page.formAction(), form).status())
                .as("with that of another browser")
                .isEqualTo(403);
        form.put("csrf", page.hiddenFields().get("csrf"));
        assertThat(new Browser().post(page.formAction(), form).status())
                .as("without this one's cookie")
                .isEqualTo(403);
        assertThat(browser.post(page.formAction(), form).status()).isEqualTo(200);
    }

    /** Whoever sends somebody the page that comes next cannot finish their own sign-on with it, nor the reverse. */
    @Test
    void theQuestionIsForTheBrowserThatEnteredTheCode() {
        Device device = Device.begun(installation.proxy());
        Page question = device.question(browser);

        assertThat(new Browser().get(question.uri()).status()).isEqualTo(400);
        assertThat(device.poll().get("error")).isEqualTo("authorization_pending");
    }

    @Test
    void wrongCodesAreToldAndCountedAndAudited() {
        Page page = browser.get(installation.at("/oauth/device"));

        for (int i = 0; i < 10; i++) {
            Page wrong = browser.submit(page, Map.of("user_code", "BBBB-BBBB"));
            assertThat(wrong.status()).isEqualTo(400);
            assertThat(wrong.text()).contains("This code is not known here");
        }
        Page stopped = browser.submit(page, Map.of("user_code", "BBBB-BBBB"));

        assertThat(stopped.status()).isEqualTo(429);
        assertThat(stopped.header("Retry-After")).isNotEmpty();
        assertThat(installation.proxy().console())
                .contains("\"reason\":\"user_code_unknown\"", "\"endpoint\":\"/oauth/device\"");
        assertThat(browser.submit(
                                page,
                                Map.of(
                                        "user_code",
                                        Device.begun(installation.proxy()).userCode()))
                        .status())
                .as("even if one is right")
                .isEqualTo(429);
    }

    @Test
    void eachStepIsAuditedAndThatItIsWaitedForIsNot() {
        Device device = Device.begun(installation.proxy());
        device.poll();
        device.allow(browser, "alice");
        device.poll();

        List<String> lines = installation
                .proxy()
                .console()
                .lines()
                .filter(line -> line.contains(device.client().id()))
                .toList();
        for (String event : List.of("device_sign_on", "user_code", "consent", "sign_on", "tokens_issued")) {
            assertThat(lines).anyMatch(line -> line.contains("\"event\":\"" + event + "\""));
        }
        assertThat(lines).noneMatch(line -> line.contains("refusal"));
    }

    @Test
    void aClientThatIsRemovedMeanwhileGetsNothing() {
        Device device = Device.begun(installation.proxy());
        Page question = device.question(browser);
        device.client().deleteRegistration(device.client().registrationToken());

        assertThat(browser.submit(question, Map.of("decision", "allow")).status())
                .isEqualTo(400);
        assertThat(device.poll().get("error")).isEqualTo("invalid_client");
    }
}
