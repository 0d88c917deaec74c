package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Device;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.PlainMcpServer;
import org.mcpproxy.system.Preregistered;

/**
 * Requests that are nearly right, and nonsense, to every endpoint: none is answered with a failure of the server's, takes long,
 * shows or logs the server's inside, or leaves something in memory.
 */
class EveryEndpointFuzz {

    private static final int WARM_UP = 20_000;
    private static final int CASES = Integer.getInteger("fuzz.cases", 100_000);
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime() % Integer.MAX_VALUE);
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final long MOST_GROWTH = 24L << 20;

    /** All of the logs would be too much for the message of a failure. */
    private static final Predicate<String> INSIDE =
            Pattern.compile("\\tat |internal_error|FFDC1015I|^\\[ERROR").asPredicate();

    /** What Liberty says of an address with an encoded slash: hidden by server.xml, it still goes to the trace. */
    private static final Pattern HIDDEN =
            Pattern.compile("(?m)^\\[[^\n]* SRVE0315E: [^\n]* CWWWC0005I: [^\n]*(?:\n(?!\\[)[^\n]*)*+");

    private static final List<String> PATHS = List.of(
            "/",
            "/.well-known/jwks.json",
            "/.well-known/oauth-authorization-server",
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-protected-resource/okta/mcp",
            "/.well-known/oauth-protected-resource/plain/mcp",
            "/.well-known/openid-configuration",
            "/health/ready",
            "/mcp",
            "/mcp",
            "/mcp",
            "/metrics",
            "/oauth/callback",
            "/oauth/consent",
            "/oauth/device",
            "/oauth/device/denied",
            "/oauth/device/done",
            "/oauth/logout",
            "/oauth2/v1/authorize",
            "/oauth2/v1/clients",
            "/oauth2/v1/device_authorization",
            "/oauth2/v1/introspect",
            "/oauth2/v1/par",
            "/oauth2/v1/revoke",
            "/oauth2/v1/token",
            "/oauth2/v1/userinfo",
            "/plain/mcp",
            "/okta/mcp");

    private static final List<String> WORDS = List.of(
            "S256",
            "allow",
            "authorization_code",
            "client_credentials",
            "code",
            "mcp",
            "openid",
            "password",
            "refresh_token",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:token-type:access_token");

    private static final String TOKEN_ENDPOINT = "/oauth2/v1/token";
    private static final String ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final PlainMcpServer backend = PlainMcpServer.start("plain");
    private final Installation installation = Installation.start(Installation.generous()
            .with("MCP_BACKEND", backend.url())
            .with("MCP_BACKENDS", "plain")
            .with("MCP_BACKENDS_PLAIN_URL", backend.url())
            .optimized()
            .with("LOGLEVEL", "INFO")
            .with("METRICS_TOKEN", "a-token-that-nothing-made-up-will-be-like"));

    @AfterEach
    void stop() {
        installation.close();
        backend.close();
    }

    @Test
    void noEndpointFailsHangsTalksOrGrows() throws IOException, InterruptedException {
        fuzz(WARM_UP, SEED);
        long before = liveBytes();

        fuzz(CASES, SEED + 1);

        assertThat(liveBytes() - before).as("growth in bytes").isLessThan(MOST_GROWTH);
        assertThat(HIDDEN.matcher(installation.proxy().allLogs())
                        .replaceAll("")
                        .lines()
                        .filter(INSIDE)
                        .limit(20))
                .as("lines of the logs")
                .isEmpty();
        assertThat(OAuthClient.publicClient(installation.proxy())
                        .signOn("alice")
                        .status())
                .isEqualTo(200);
    }

    private void fuzz(int cases, long seed) {
        Trip trip = Trip.within(LIMIT, Json.write(given()), "fuzz.mjs", String.valueOf(cases), String.valueOf(seed));

        System.out.println(trip.output());
        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).containsExactly("requests", "bytes");
    }

    /** Values and requests that are right somewhere: what is nearly right gets further than nonsense. */
    private Map<String, Object> given() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        OAuthClient confidential =
                OAuthClient.register(installation.proxy(), "client_secret_basic", Preregistered.REDIRECT_URI);
        Answer tokens = client.signOn("alice");
        Answer others = client.signOn("bob");
        Browser browser = new Browser();
        Page question = browser.follow(client.authorizationUri(), client.redirectUri());
        List<String> own = new ArrayList<>(WORDS);
        own.addAll(List.of(
                client.id(),
                client.redirectUri().toString(),
                client.verifier(),
                confidential.id(),
                confidential.secret(),
                others.get("access_token"),
                others.get("refresh_token"),
                Preregistered.SERVER,
                installation.proxy().mcp().toString()));
        own.addAll(question.hiddenFields().values());
        List<String> paths = new ArrayList<>(PATHS);
        paths.add("/oauth2/v1/clients/" + client.id());
        return Map.of(
                "base", installation.at("").toString(),
                "paths", paths,
                "tokens", List.of(tokens.get("access_token")),
                "cookie", browser.cookieHeader(),
                "own", own,
                "right", right(client, confidential, others, browser.cookieHeader(), question));
    }

    private List<Map<String, Object>> right(
            OAuthClient client, OAuthClient confidential, Answer tokens, String cookie, Page question) {
        Map<String, String> consent = new HashMap<>(question.hiddenFields());
        consent.put("decision", "allow");
        String basic = confidential.basic(confidential.secret());
        String server = service(Preregistered.SERVER);
        Device device = Device.begun(installation.proxy());
        return List.of(
                right("GET", "/oauth2/v1/authorize", Map.of(), client.authorizationParameters()),
                right("POST", "/oauth2/v1/par", Map.of(), client.authorizationParameters()),
                right("POST", "/oauth2/v1/par", Map.of("authorization", basic), confidential.authorizationParameters()),
                right("POST", TOKEN_ENDPOINT, Map.of(), client.redemptionParameters(client.code("bob"))),
                right("POST", TOKEN_ENDPOINT, Map.of(), client.refreshParameters(tokens.get("refresh_token"))),
                right(
                        "POST",
                        "/oauth2/v1/introspect",
                        Map.of("authorization", server),
                        Map.of("token", tokens.get("access_token"))),
                right(
                        "POST",
                        TOKEN_ENDPOINT,
                        Map.of("authorization", server),
                        Map.of(
                                "grant_type",
                                "urn:ietf:params:oauth:grant-type:token-exchange",
                                "subject_token",
                                tokens.get("access_token"),
                                "subject_token_type",
                                "urn:ietf:params:oauth:token-type:access_token",
                                "resource",
                                installation.proxy().mcp().toString())),
                right(
                        "POST",
                        TOKEN_ENDPOINT,
                        Map.of("authorization", service(Preregistered.BASIC)),
                        Map.of("grant_type", "client_credentials", "scope", "mcp")),
                right(
                        "POST",
                        TOKEN_ENDPOINT,
                        Map.of(),
                        Map.of(
                                "grant_type",
                                "client_credentials",
                                "client_id",
                                Preregistered.KEYED,
                                "client_assertion_type",
                                ASSERTION,
                                "client_assertion",
                                tokens.get("access_token"))),
                right(
                        "POST",
                        TOKEN_ENDPOINT,
                        Map.of("authorization", service(Preregistered.ASSERTING)),
                        Map.of(
                                "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer",
                                "assertion", tokens.get("access_token"),
                                "resource", installation.proxy().mcp().toString())),
                right(
                        "POST",
                        "/oauth2/v1/device_authorization",
                        Map.of(),
                        Map.of("client_id", device.client().id())),
                right("POST", TOKEN_ENDPOINT, Map.of(), device.parameters()),
                right("GET", "/oauth/device", Map.of(), Map.of("user_code", device.userCode())),
                right("POST", "/oauth2/v1/revoke", Map.of("authorization", basic), Map.of("token", "none")),
                right("POST", "/oauth/consent", Map.of("cookie", cookie), consent));
    }

    private String service(String id) {
        return OAuthClient.known(installation.proxy(), id, Preregistered.SECRET, Preregistered.REDIRECT_URI)
                .basic(Preregistered.SECRET);
    }

    private static Map<String, Object> right(
            String method, String path, Map<String, String> headers, Map<String, String> parameters) {
        return Map.of("method", method, "path", path, "headers", headers, "parameters", parameters);
    }

    /** What is left in the server's heap after a full collection. */
    private long liveBytes() {
        return installation
                .proxy()
                .diagnosed("GC.class_histogram")
                .lines()
                .filter(line -> line.startsWith("Total "))
                .map(line -> line.split("\\s+"))
                .mapToLong(parts -> Long.parseLong(parts[2]))
                .findFirst()
                .orElseThrow();
    }
}
