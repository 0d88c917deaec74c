package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/** How often one address may do what costs memory, or what guesses a secret. */
class RateLimitIT {

    private static final int LIMIT = 5;

    private static ProxySystem proxy;

    @BeforeAll
    static void start() {
        proxy = ProxySystem.plan()
                .with("OKTA_ISSUER", "http://localhost:9/oauth2/default")
                .with("OKTA_CLIENT_ID", "client")
                .with("OKTA_CLIENT_SECRET", "secret")
                .with("MCP_BACKEND", "http://localhost:9/mcp")
                .with("REGISTRATIONS_PER_MINUTE", LIMIT)
                .with("AUTHORIZATIONS_PER_MINUTE", LIMIT)
                .with("FAILED_AUTHENTICATIONS_PER_MINUTE", LIMIT)
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
    void registrationsAreLimited() {
        assertThatTheLastIsRefused(statusesOf(RateLimitIT::register), 201);
    }

    @Test
    void authorizationsAreLimitedWhetherGoodOrBad() {
        assertThatTheLastIsRefused(statusesOf(() -> get("/oauth2/v1/authorize?client_id=unknown")), 401);
    }

    @Test
    void failedAuthenticationsAreLimitedAtTokenAndRevocationTogetherAndOtherFailuresAreNot() {
        Map<String, String> unknown = Map.of("grant_type", "refresh_token", "client_id", "unknown", "token", "any");
        assertThat(statusesOf(() -> post("/oauth2/v1/token", Map.of("grant_type", "refresh_token"))))
                .containsOnly(400);

        List<Integer> statuses = statusesOf(() -> post("/oauth2/v1/token", unknown));

        assertThatTheLastIsRefused(statuses, 401);
        assertThat(post("/oauth2/v1/revoke", unknown).status()).isEqualTo(429);
    }

    @Test
    void whoeverIsRefusedIsToldWhenToComeAgain() {
        Answer refused = null;
        while (refused == null || refused.status() != 429) {
            refused = get("/oauth2/v1/authorize");
        }

        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo("http://localhost:6274");
        assertThat(refused.get("error")).isEqualTo("temporarily_unavailable");
    }

    private static void assertThatTheLastIsRefused(List<Integer> statuses, int before) {
        assertThat(statuses).contains(429).allMatch(status -> status == before || status == 429);
        assertThat(statuses.get(statuses.size() - 1)).isEqualTo(429);
    }

    /** A few more than are allowed: some come back while these run. */
    private static List<Integer> statusesOf(Supplier<Answer> call) {
        return IntStream.range(0, LIMIT + 2).mapToObj(i -> call.get().status()).toList();
    }

    private static Answer register() {
        return OAuthClient.register(proxy, new JSONObject(Map.of("redirect_uris", List.of("http://127.0.0.1/"))));
    }

    private static Answer get(String path) {
        return OAuthClient.send(HttpRequest.newBuilder(proxy.at(path)).header("Origin", "http://localhost:6274"));
    }

    private static Answer post(String path, Map<String, String> form) {
        StringBuilder body = new StringBuilder();
        form.forEach(
                (name, value) -> body.append(name).append('=').append(value).append('&'));
        return OAuthClient.send(HttpRequest.newBuilder(proxy.at(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }
}
