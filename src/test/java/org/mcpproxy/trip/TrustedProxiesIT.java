package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** What an operator narrows: whose word is believed about where a request came from, and whether clients may register. */
class TrustedProxiesIT {

    private static final String CLAIMED = "203.0.113.9";

    private static ProxySystem proxy;

    @BeforeAll
    static void start() {
        proxy = ProxySystem.plan()
                .with("OKTA_ISSUER", "http://localhost:9/oauth2/default")
                .with("OKTA_CLIENT_ID", "client")
                .with("OKTA_CLIENT_SECRET", "secret")
                .with("MCP_BACKEND", "http://localhost:9/mcp")
                .with("TRUSTED_PROXIES", "127[.]0[.]0[.]1|0:0:0:0:0:0:0:1")
                .with("REGISTRATION", "closed")
                .launch()
                .awaitLive();
    }

    @AfterAll
    static void stop() {
        if (proxy != null) {
            proxy.close();
        }
    }

    @Test
    void theReverseProxyThatIsNamedIsBelieved() {
        String line = refusedFor(proxy);

        assertThat(line).contains("\"address\":\"" + CLAIMED + "\"");
        String id = line.replaceAll(".*\"request_id\":\"(\\w+)\".*", "$1");
        Waiting.until(
                "logged",
                Duration.ofSeconds(10),
                () -> proxy.allLogs()
                        .lines()
                        .anyMatch(logged -> logged.contains(" GET /mcp 401 ") && logged.endsWith(" " + id)));
    }

    @Test
    void whereRegistrationIsClosedNothingLeadsToIt() {
        Answer refused = OAuthClient.register(
                proxy, new JSONObject(Map.of("redirect_uris", List.of("http://127.0.0.1/callback"))));

        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.text()).contains("Ask your administrator").doesNotContain("client_id");
        for (String document : List.of("oauth-authorization-server", "openid-configuration")) {
            Answer metadata = OAuthClient.send(HttpRequest.newBuilder(proxy.at("/.well-known/" + document)));
            assertThat(metadata.status()).isEqualTo(200);
            assertThat(metadata.json()).doesNotContainKey("registration_endpoint");
        }
    }

    @Test
    void nobodyElseIs() {
        assertThat(refusedFor(Installation.shared().proxy())).doesNotContain(CLAIMED);
    }

    /** The audit's line of one request without a token. */
    private static String refusedFor(ProxySystem proxy) {
        Answer answer = OAuthClient.send(HttpRequest.newBuilder(proxy.mcp()).header("X-Forwarded-For", CLAIMED));
        String id = answer.header("X-Request-Id");
        return proxy.awaitConsole("audited", console -> console.contains(id))
                .console()
                .lines()
                .filter(line -> line.contains(id))
                .findFirst()
                .orElseThrow();
    }
}
