package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** Who can choose where a code goes, has it: every near miss of a redirect URI is refused. */
class RedirectUriAttackIT {

    private static final String HTTPS = "https://app.example/callback";
    private static final String LOOPBACK = "http://127.0.0.1:8123/callback";

    private final Installation installation = Installation.shared();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost.evil.example/callback",
                "http://127.0.0.1.evil.example/callback",
                "http://evil.example/localhost",
                "http://evil.example/?http://localhost/callback",
                "http://localhost@evil.example/callback",
                "http://127.0.0.1:80@evil.example/callback",
                "http://user@localhost/callback",
                "http://0.0.0.0/callback",
                "http://[::2]/callback",
                "http://app.example/callback",
                "https://app.example/callback#fragment",
                "https://app.example/callback#",
                "https://user:password@app.example/callback",
                "https:///callback",
                "https:app.example",
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                "data:text/html,<script>alert(1)</script>",
                "file:///etc/passwd",
                "vbscript:msgbox(1)",
                "blob:https://app.example/1",
                "about:blank",
                "myapp://callback",
                "cursor://user@callback",
                "com.example.app:/callback#fragment",
                "//evil.example/callback",
                "/callback",
                ""
            })
    void anUnsafeAddressCannotBeRegistered(String redirectUri) {
        Answer answer = register(redirectUri);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.get("error")).isIn("invalid_redirect_uri", "invalid_client_metadata");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example/callback",
                "http://localhost/callback",
                "http://127.0.0.1:33418/",
                "http://127.8.9.10/callback",
                "http://[::1]:8123/callback",
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "vscode://vscode.github-authentication/did-authenticate",
                "com.example.app:/callback"
            })
    void whatRealClientsUseCanBeRegistered(String redirectUri) {
        assertThat(register(redirectUri).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example/callback/more",
                "https://app.example/callback/../evil",
                "https://app.example/call",
                "https://app.example/callback?next=https://evil.example",
                "https://app.example/callback#fragment",
                "https://app.example/%63allback",
                "https://app.example/CALLBACK",
                "https://app.example:8443/callback",
                "https://app.example.evil.example/callback",
                "https://evil.example/https://app.example/callback",
                "https://app.example@evil.example/callback",
                "https://evil@app.example/callback",
                "http://app.example/callback",
                "http://localhost/callback",
                "javascript:alert('https://app.example/callback')"
            })
    void anythingButTheRegisteredAddressIsDisplayedAndNeverRedirectedTo(String redirectUri) {
        assertThatItIsDisplayed(HTTPS, redirectUri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8123/callback",
                "http://127.0.0.2:8123/callback",
                "http://[::1]:8123/callback",
                "https://127.0.0.1:8123/callback",
                "http://127.0.0.1:8123/other",
                "http://127.0.0.1:8123/callback?code=1",
                "http://127.0.0.1:8123/callback#fragment",
                "http://127.0.0.1:8123@evil.example/callback",
                "http://user@127.0.0.1:8123/callback",
                "http://127.0.0.1.evil.example:8123/callback",
                "http://localhost.evil.example:8123/callback"
            })
    void onlyThePortOfALoopbackAddressMayDiffer(String redirectUri) {
        assertThatItIsDisplayed(LOOPBACK, redirectUri);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:54321/callback", "http://127.0.0.1/callback"})
    void thePortOfALoopbackAddressMayDiffer(String redirectUri) {
        assertThat(authorize(LOOPBACK, redirectUri).next())
                .hasValueSatisfying(next -> assertThat(next.getPath()).isEqualTo("/oauth/consent"));
    }

    @Test
    void theAddressMustBeNamedWhereSeveralAreRegistered() {
        JSONObject metadata = new JSONObject(Map.of(
                "redirect_uris", List.of(HTTPS, "https://app.example/other"), "token_endpoint_auth_method", "none"));
        OAuthClient client = OAuthClient.registered(installation.proxy(), metadata, HTTPS);
        Map<String, String> parameters = client.authorizationParameters();
        parameters.remove("redirect_uri");

        Page page = new Browser().get(client.authorizationUri(parameters));

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
    }

    private void assertThatItIsDisplayed(String registered, String requested) {
        Page page = authorize(registered, requested);

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
        assertThat(page.text()).contains("<h1>").doesNotContain("href=\"http", "evil", "javascript");
    }

    private Page authorize(String registered, String requested) {
        OAuthClient client = OAuthClient.register(installation.proxy(), "none", registered);
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("redirect_uri", requested);
        return new Browser().get(client.authorizationUri(parameters));
    }

    private Answer register(String redirectUri) {
        return OAuthClient.register(
                installation.proxy(), new JSONObject(Map.of("redirect_uris", List.of(redirectUri))));
    }
}
