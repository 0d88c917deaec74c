package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.ProxySystem;

/** A proxy that is reached over TLS, which ends in front of it. */
class OverTlsIT {

    private static final String PUBLIC = "https://proxy.example";

    private static Installation installation;

    @BeforeAll
    static void start() {
        ProxySystem.Plan plan = ProxySystem.plan();
        installation =
                Installation.start(plan.with("PUBLIC_URL", PUBLIC).with("ALLOWED_HOSTS", "localhost:" + plan.port()));
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
    }

    @Test
    void everyCookieIsSecureAndBoundToThisHost() {
        OAuthClient client = OAuthClient.register(installation.proxy(), "none", "https://app.example/callback");
        Browser browser = new Browser();
        Page begun = browser.get(authorizationUri(client));
        Page decided = browser.submit(browser.get(here(begun.next().orElseThrow())), Map.of("decision", "allow"));
        Page logout = browser.get(installation.at("/oauth/logout"));

        for (Page page : List.of(begun, decided, logout)) {
            assertThat(page.response().headers().allValues("Set-Cookie"))
                    .isNotEmpty()
                    .allSatisfy(cookie -> assertThat(cookie)
                            .startsWith("__Host-mcp-")
                            .contains("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/;")
                            .doesNotContain("Domain"));
            assertThat(page.header("Strict-Transport-Security")).startsWith("max-age=");
        }
    }

    @Test
    void aCookieWithoutThePrefixIsNotTakenForOne() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Browser browser = new Browser();
        Page begun = browser.get(authorizationUri(client));
        Map<String, String> cookies = Map.copyOf(browser.cookies());
        browser.cookies().clear();
        cookies.forEach((name, value) -> browser.cookies().put(name.replace("__Host-", ""), value));

        assertThat(browser.get(here(begun.next().orElseThrow())).hasForm()).isFalse();
    }

    /**
     * The attack: another host of the same domain sets a cookie for all of them, in whose value stands one of ours. The
     * prefix keeps it from setting that one itself.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "other=1,%s",
                "other=1, %s",
                "$Version=1,%s",
                "other=\"1\",%s;more=2",
                "other=\"a;%s\"",
                "other=1\t%s"
            })
    void aCookieWithinTheValueOfAnotherIsNotTakenForOne(String attack) {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Browser attacker = new Browser();
        URI question = here(attacker.get(authorizationUri(client)).next().orElseThrow());
        assertThat(attacker.get(question).hasForm()).isTrue();

        Answer answer = OAuthClient.send(
                HttpRequest.newBuilder(question).header("Cookie", attack.formatted(attacker.cookieHeader())));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).doesNotContain("<form");
    }

    @Test
    void everyAddressIsBuiltFromThePublicUrlAndNoneFromTheHost() {
        for (String path : List.of(
                "/.well-known/oauth-authorization-server",
                "/.well-known/openid-configuration",
                "/.well-known/oauth-protected-resource")) {
            Answer answer = OAuthClient.send(HttpRequest.newBuilder(installation.at(path))
                    .header("X-Forwarded-Host", "evil.example")
                    .header("Forwarded", "host=evil.example;proto=https"));
            assertThat(answer.text()).contains(PUBLIC).doesNotContain("localhost", "evil.example");
        }
        Answer challenged =
                OAuthClient.send(HttpRequest.newBuilder(installation.proxy().mcp()));
        assertThat(challenged.header("WWW-Authenticate")).contains(PUBLIC).doesNotContain("localhost");
    }

    @Test
    void ourIssuerIsThePublicUrl() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("scope", "unknown");

        URI answer =
                new Browser().get(client.authorizationUri(parameters)).next().orElseThrow();

        assertThat(OAuthClient.parameter(answer, "iss")).isEqualTo(PUBLIC);
    }

    private static URI authorizationUri(OAuthClient client) {
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("resource", PUBLIC + "/mcp");
        return client.authorizationUri(parameters);
    }

    /** The same address, by the way that leads here without TLS. */
    private static URI here(URI address) {
        return URI.create(address.toString().replace(PUBLIC, installation.at("").toString()));
    }
}
