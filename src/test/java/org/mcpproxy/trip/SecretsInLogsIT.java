package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.Fault;
import org.mcpproxy.okta.TokenFault;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Device;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** Not one secret of a run is in any log, at the level that tells most, whether the request went well or was refused. */
class SecretsInLogsIT {

    /** Shorter values, such as a made-up {@code code=x}, may stand in a log by chance. */
    /** Of a client that has written the path wrong: the access log has paths, the audit only what is plain of them. */
    private static final String MISPLACED = "a-code-within-the-path";

    private static final int LEAST = 16;

    private static final String SECRET_KEY = "session-secret.key";

    private final Installation installation = Installation.shared();
    private final Set<String> secrets = new LinkedHashSet<>();
    /** Shorter than all else, but nothing that stands in a log by chance. */
    private final Set<String> userCodes = new LinkedHashSet<>();

    private final Browser browser = new Browser();

    @Test
    void noSecretOfARunIsInAnyLog() throws IOException {
        secrets.add(Files.readString(installation.proxy().folder().resolve(SECRET_KEY))
                .strip());
        signOnWith("none");
        signOnWith("client_secret_basic");
        signOnWith("client_secret_post");
        learnWhoSignedOn();
        failAtOkta();
        signOut();
        connectDevice();
        secrets.addAll(installation.okta().secretsIssued());
        secrets.removeIf(secret -> secret.length() < LEAST);

        String logs = installation.proxy().allLogs();

        assertThat(secrets).hasSizeGreaterThan(50);
        assertThat(logs).contains("\"event\":\"sign_on\"", "\"event\":\"refusal\"", "\"outcome\":\"denied\"");
        assertThat(installation.proxy().console())
                .contains("\"endpoint\":\"/oauth/callback\"")
                .doesNotContain(MISPLACED);
        assertThat(logs).as("the trace of a sign-on").contains("Sign-on ");
        assertThat(secrets).noneMatch(logs::contains);
        assertThat(userCodes).isNotEmpty().noneMatch(logs::contains);
    }

    private void signOnWith(String method) {
        OAuthClient client = OAuthClient.register(installation.proxy(), method, "http://127.0.0.1:8123/callback");
        secrets.add(client.verifier());
        secrets.add(client.state());
        manage(client);
        deny(client);
        String code = signOn(client);
        Answer tokens = token(client, method, client.redemptionParameters(code));
        Answer refreshed = token(client, method, client.refreshParameters(tokens.get("refresh_token")));
        secrets.add(code);
        keep(tokens);
        keep(refreshed);
        String argument = "an-argument-of-a-tool-" + client.state();
        secrets.add(argument);
        assertThat(client.callTool(tokens.get("access_token"), argument).status())
                .isEqualTo(200);
        assertThat(client.callTool(tokens.get("access_token"), argument + "\\x").status())
                .isEqualTo(400);
        secrets.add(installation.lastAuthorization().substring("Bearer ".length()));
        push(client, method);
        refused(client, method, code, refreshed);
    }

    /** By an ID token, which then is a hint in an address and in a form, and at UserInfo in each way that there is. */
    private void learnWhoSignedOn() {
        OAuthClient client = OAuthClient.relyingParty(installation.proxy());
        Map<String, String> request = new HashMap<>(client.authorizationParameters());
        request.put("scope", "openid email");
        Answer tokens = client.redeem(OAuthClient.parameter(
                browser.signOn(client.authorizationUri(request), "alice", client.redirectUri()), "code"));
        keep(tokens);
        secrets.add(tokens.get("id_token"));
        request.put("id_token_hint", tokens.get("id_token"));
        browser.signOn(client.authorizationUri(request), "bob", client.redirectUri());
        browser.post(installation.at("/oauth2/v1/authorize"), request);
        request.put("id_token_hint", tokens.get("access_token"));
        browser.get(client.authorizationUri(request));
        String token = tokens.get("access_token");
        client.post("/oauth2/v1/userinfo", Map.of(), "Bearer " + token);
        client.post("/oauth2/v1/userinfo", Map.of("access_token", token));
        client.post("/oauth2/v1/userinfo?access_token=" + token, Map.of());
        client.ping(tokens.get("id_token"));
    }

    /** A token that is right, one that was used, and one in the query string. */
    private void manage(OAuthClient client) {
        secrets.add(client.registrationToken());
        Answer read = client.readRegistration(client.registrationToken());
        secrets.add(read.get("registration_access_token"));
        client.readRegistration(client.registrationToken());
        browser.get(URI.create(client.registrationUri() + "?access_token=" + client.registrationToken()));
    }

    private void refused(OAuthClient client, String method, String code, Answer tokens) {
        OAuthClient other = OAuthClient.publicClient(installation.proxy());
        String wrongSecret = "a-wrong-secret-" + client.state();
        secrets.add(wrongSecret);
        client.token(client.redemptionParameters(code), wrongSecret);
        client.ping(tokens.get("access_token") + "x");
        client.ping("a-made-up-token-" + client.state());
        other.revoke(tokens.get("refresh_token"));
        other.refresh(tokens.get("refresh_token"));
        token(client, method, client.redemptionParameters(code));
        browser.get(installation.at("/mcp?access_token=" + tokens.get("access_token")));
        browser.get(installation.at("/nothing?code=" + code));
        browser.get(installation.at("/oauth/callback;code=" + MISPLACED));
        browser.get(installation.at("/oauth/callback%3Fcode=" + MISPLACED));
        client.post("/oauth2/v1/nothing", client.redemptionParameters(code));
        client.post("/mcp", client.redemptionParameters(code));
    }

    /** A request that leads to a sign-on, and is used again. */
    private void push(OAuthClient client, String method) {
        String requestUri = post("/oauth2/v1/par", client, method, client.authorizationParameters())
                .get("request_uri");
        secrets.add(requestUri.substring(requestUri.lastIndexOf(':') + 1));
        URI location = client.authorizationUri(Map.of("client_id", client.id(), "request_uri", requestUri));
        browser.signOn(location, "alice", client.redirectUri());
        browser.get(location);
    }

    private void deny(OAuthClient client) {
        Page question = browser.follow(client.authorizationUri(), client.redirectUri());
        secrets.addAll(question.hiddenFields().values());
        secrets.addAll(browser.cookies().values());
        browser.submit(question, Map.of("decision", "deny"));
    }

    private String signOn(OAuthClient client) {
        URI back = browser.signOn(client.authorizationUri(), "alice", installation.at("/oauth/callback"));
        secrets.addAll(browser.cookies().values());
        secrets.add(OAuthClient.parameter(back, "code"));
        secrets.add(OAuthClient.parameter(back, "state"));
        new Browser().get(back);
        URI answer = browser.get(back).next().orElseThrow();
        browser.get(back);
        return OAuthClient.parameter(answer, "code");
    }

    private void failAtOkta() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        secrets.add(client.state());
        installation.okta().faults().tokens(TokenFault.WRONG_NONCE);
        browser.signOn(client.authorizationUri(), "alice", client.redirectUri());
        installation.okta().faults().on(Endpoint.TOKEN, Fault.status(500));
        URI back = browser.signOn(client.authorizationUri(), "alice", installation.at("/oauth/callback"));
        browser.get(back);
        installation.okta().faults().clear();
    }

    private void signOut() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        browser.signOn(client.authorizationUri(), "alice", client.redirectUri());
        secrets.addAll(browser.cookies().values());
        Page form = browser.get(installation.at("/oauth/logout"));
        secrets.addAll(form.hiddenFields().values());
        URI hinting = browser.submit(form, Map.of()).next().orElseThrow();
        secrets.add(OAuthClient.parameter(hinting, "id_token_hint"));
        browser.get(hinting);
    }

    /** Entered rightly, wrongly, and in the address; asked for too soon, and once more than it may. */
    private void connectDevice() {
        Device device = Device.begun(installation.proxy());
        String letters = device.userCode().replace("-", "");
        userCodes.addAll(Set.of(device.userCode(), letters, letters.substring(1) + "B"));
        secrets.add(device.codes().get("device_code"));
        device.poll();
        device.poll();
        Page page = device.page(browser);
        secrets.addAll(page.hiddenFields().values());
        browser.submit(page, Map.of("user_code", letters.substring(1) + "B"));
        browser.get(installation.at("/nothing?user_code=" + device.userCode()));
        device.allow(browser, "alice");
        secrets.addAll(browser.cookies().values());
        Device.register(installation.proxy()).token(device.parameters());
        keep(device.poll());
        device.poll();
    }

    private void keep(Answer tokens) {
        secrets.add(tokens.get("access_token"));
        secrets.add(tokens.get("refresh_token"));
    }

    private Answer token(OAuthClient client, String method, Map<String, String> parameters) {
        return post("/oauth2/v1/token", client, method, parameters);
    }

    private Answer post(String path, OAuthClient client, String method, Map<String, String> parameters) {
        if ("none".equals(method)) {
            return client.post(path, parameters);
        }
        secrets.add(client.secret());
        if ("client_secret_basic".equals(method)) {
            String basic = client.basic(client.secret());
            secrets.add(basic.substring("Basic ".length()));
            return client.post(path, parameters, basic);
        }
        parameters.put("client_secret", client.secret());
        return client.post(path, parameters);
    }
}
