package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** Whose word is believed about where a request came from. */
class TrustedProxiesIT {

    private static final String CLAIMED = "203.0.113.9";

    @Test
    void theReverseProxyThatIsNamedIsBelieved() {
        try (ProxySystem proxy = ProxySystem.plan()
                .with("OKTA_ISSUER", "http://localhost:9/oauth2/default")
                .with("OKTA_CLIENT_ID", "client")
                .with("OKTA_CLIENT_SECRET", "secret")
                .with("MCP_BACKEND", "http://localhost:9/mcp")
                .with("TRUSTED_PROXIES", "127[.]0[.]0[.]1|0:0:0:0:0:0:0:1")
                .launch()
                .awaitLive()) {
            String line = refusedFor(proxy);

            assertThat(line).contains("\"address\":\"" + CLAIMED + "\"");
            Waiting.until(
                    "logged", Duration.ofSeconds(10), () -> proxy.allLogs().contains(CLAIMED + " GET /mcp 401"));
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
