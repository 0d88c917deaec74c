package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Preregistered;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.RawRequest;

/** How often one address may do what costs memory, or what guesses a secret. */
class RateLimitIT {

    private static final int LIMIT = 5;

    private static final String REDIRECT = "http://127.0.0.1/";

    private static ProxySystem proxy;
    private static OAuthClient open;
    private static OAuthClient confidential;
    private static OAuthClient guessedAt;

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
                .with("CLIENTS_FILE", Preregistered.file())
                .with("OKTA_CROSS_APP_ACCESS", "on")
                .launch()
                .awaitLive();
        open = OAuthClient.register(proxy, "none", REDIRECT);
        confidential = OAuthClient.register(proxy, "client_secret_basic", REDIRECT);
        guessedAt = OAuthClient.register(proxy, "client_secret_basic", REDIRECT);
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

    /** Each use writes, though it is the client's own. */
    @Test
    void whatClientsDoWithTheirRegistrationsIsLimitedToo() {
        AtomicReference<String> token = new AtomicReference<>(open.registrationToken());

        List<Integer> statuses = statusesOf(() -> {
            Answer read = open.readRegistration(token.get());
            if (read.status() == 200) {
                token.set(read.get("registration_access_token"));
            }
            return read;
        });

        assertThatTheLastIsRefused(statuses, 200);
    }

    @Test
    void authorizationsAreLimitedWhetherGoodOrBad() {
        assertThatTheLastIsRefused(statusesOf(() -> get("/oauth2/v1/authorize?client_id=unknown")), 401);
        assertThat(post("/oauth2/v1/par", Map.of("client_id", open.id())).status())
                .as("what a client pushes that anybody may be")
                .isEqualTo(429);
        assertThat(confidential
                        .post("/oauth2/v1/par", Map.of(), confidential.basic(confidential.secret()))
                        .status())
                .as("what one pushes that registered itself, as anybody can as often as they like")
                .isEqualTo(429);
        OAuthClient known = OAuthClient.known(
                proxy, Preregistered.APPLICATION, Preregistered.SECRET, Preregistered.HTTPS_REDIRECT_URI);
        assertThat(known.post("/oauth2/v1/par", Map.of(), known.basic(Preregistered.SECRET))
                        .status())
                .as("what one pushes that an administrator registered")
                .isEqualTo(400);
    }

    @Test
    void failedAuthenticationsAreLimitedAtTokenAndRevocationTogetherAndOtherFailuresAreNot() {
        assertThat(statusesOf(() -> post("/oauth2/v1/token", Map.of("grant_type", "refresh_token"))))
                .containsOnly(400);

        List<Integer> statuses = statusesOf(() -> post("/oauth2/v1/token", unknownClient()));

        assertThatTheLastIsRefused(statuses, 401);
        assertThat(post("/oauth2/v1/revoke", unknownClient()).status()).isEqualTo(429);
    }

    @Test
    void aClientThatAuthenticatesIsNotHeldUpByWhatOthersOfItsAddressFailAt() {
        assertThat(statusesOf(() -> post("/oauth2/v1/token", unknownClient()))).contains(429);

        assertThat(open.refresh("unknown").get("error")).isEqualTo("invalid_grant");
        assertThat(refresh(confidential, confidential.secret()).get("error")).isEqualTo("invalid_grant");
    }

    @Test
    void guessesAtASecretAreLimitedForThisClientEvenIfOneIsRight() {
        assertThat(statusesOf(() -> refresh(guessedAt, "a guess"))).contains(429);

        assertThat(refresh(guessedAt, guessedAt.secret()).status()).isEqualTo(429);
        assertThat(refresh(confidential, confidential.secret()).status()).isEqualTo(400);
    }

    @Test
    void everyRefusalIsAudited() throws IOException {
        assertAudited("GET", "/nothing?token=x", 404, "address_unknown");
        assertAudited("GET", "//mcp", 404, "address_unknown");
        assertAudited("PUT", "/", 405, "http_method_unsupported");
        assertAudited("PUT", "/mcp", 405, "http_method_unsupported");
        assertAudited("DELETE", "/oauth2/v1/token", 405, "http_method_unsupported");
        assertAudited("POST", "/oauth2/v1/nothing", 404, "address_unknown");
        assertAudited("POST", "/oauth2/v1/token", 415, "body_type_unsupported", "Content-Type: text/plain");
        assertAudited("GET", "/.well-known/jwks.json", 406, "answer_type_unsupported", "Accept: image/png");
        assertAudited("GET", "/%2F", 400, "malformed_request");
    }

    /** The attack: to hide the one address that counts among a great many. */
    @Test
    void eachOfAGreatManyRefusalsIsAudited() {
        for (int i = 0; i < 200; i++) {
            assertThat(get("/tried-" + i).status()).isEqualTo(404);
        }

        assertThat(proxy.console().lines().filter(line -> line.contains("\"endpoint\":\"/tried-")))
                .hasSize(200);
    }

    @Test
    void whoeverIsRefusedIsToldWhenToComeAgain() {
        statusesOf(() -> get("/oauth2/v1/authorize"));

        Answer refused = get("/oauth2/v1/authorize");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(refused.header("Access-Control-Allow-Origin")).isEmpty();
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

    private static void assertAudited(String method, String path, int status, String reason, String... headers)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Host: localhost:" + proxy.port());
        String answer = RawRequest.of(method, path, all.toArray(String[]::new)).answer(proxy.port());
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        String endpoint = "\"endpoint\":\"" + path.replaceAll("[?%].*", "") + "\"";
        assertThat(proxy.console().lines())
                .as(method + " " + path)
                .anySatisfy(line ->
                        assertThat(line).contains("\"event\":\"refusal\"", "\"reason\":\"" + reason + "\"", endpoint));
    }

    private static Map<String, String> unknownClient() {
        return Map.of("grant_type", "refresh_token", "client_id", "unknown", "token", "any");
    }

    private static Answer refresh(OAuthClient client, String secret) {
        return client.token(client.refreshParameters("unknown"), secret);
    }

    private static Answer register() {
        return OAuthClient.register(proxy, new JSONObject(Map.of("redirect_uris", List.of(REDIRECT))));
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
