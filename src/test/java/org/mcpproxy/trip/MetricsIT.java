package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Exposition;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.RawRequest;
import org.mcpproxy.system.Waiting;

/** The metrics of a node: who may read them, what they tell, and of whom they tell nothing. */
class MetricsIT {

    private static final String TOKEN = "a-metrics-token-of-more-than-32-characters";
    private static final String NEXT_TOKEN = "the-one-that-takes-its-place-after-a-while";
    private static final int GUESSES = 30;
    private static final Pattern NAME = Pattern.compile("mcp_proxy_\\w+");

    private static final String CALLS =
            "mcp_proxy_requests_total{backend=\"mcp\",method=\"tools/call\",outcome=\"success\"}";

    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.start(ProxySystem.plan()
                .named("metrics")
                .with("METRICS_TOKEN", TOKEN + "," + NEXT_TOKEN)
                .with("TRUSTED_PROXIES", "127[.]0[.]0[.]1|0:0:0:0:0:0:0:1")
                .with("FAILED_AUTHENTICATIONS_PER_MINUTE", GUESSES));
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
    }

    @Test
    void withoutTheSettingThereIsNothing() throws IOException {
        Installation other = Installation.shared();
        assertThat(OAuthClient.send(
                                HttpRequest.newBuilder(other.at("/metrics")).header("Authorization", "Bearer " + TOKEN))
                        .status())
                .isEqualTo(404);
        assertThat(RawRequest.of("GET", "/metrics", "Host: 10.0.0.5")
                        .answer(other.proxy().port()))
                .startsWith("HTTP/1.1 421 ");
    }

    @Test
    void whoBearsNoTokenOrAnotherIsRefused() {
        Answer none = OAuthClient.send(HttpRequest.newBuilder(installation.at("/metrics")));
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"metrics\"");
        assertThat(none.text()).doesNotContain("mcp_proxy_", TOKEN);
        assertThat(installation.audited(none))
                .singleElement()
                .asString()
                .contains("\"reason\":\"metrics_token_missing\"", "\"endpoint\":\"/metrics\"");

        for (String authorization : new String[] {
            "Bearer " + TOKEN.substring(1),
            "Bearer " + TOKEN + "s",
            "Bearer " + TOKEN.toUpperCase(Locale.ROOT),
            "Bearer " + TOKEN + "," + NEXT_TOKEN,
            "Bearer",
            "Basic " + TOKEN,
            TOKEN
        }) {
            assertThat(scraped(authorization).status()).as(authorization).isEqualTo(401);
        }
        assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at("/metrics?access_token=" + TOKEN)))
                        .status())
                .isEqualTo(400);
    }

    /** An access token lets its bearer call MCP servers, and is not for this. */
    @Test
    void anAccessTokenIsNoMetricsToken() {
        String accessToken =
                OAuthClient.publicClient(installation.proxy()).signOn("alice").get("access_token");

        assertThat(scraped("Bearer " + accessToken).status()).isEqualTo(401);
    }

    @Test
    void eachOfTheTokensOpens() {
        Answer answer = scraped("Bearer " + TOKEN);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(scraped("bearer " + NEXT_TOKEN).status()).isEqualTo(200);
    }

    /** Prometheus comes by the pod's address. The token stands against what the rule for hosts stands against. */
    @Test
    void anyHostIsAnsweredAtThisAddressAlone() throws IOException {
        assertThat(raw("GET", "/metrics", "Host: 10.0.0.5:3001", "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 200 ");
        assertThat(raw("GET", "/metrics", "Host: 10.0.0.5:3001")).startsWith("HTTP/1.1 401 ");
        for (String path :
                new String[] {"/metrics/", "/metrics;x", "/metricsx", "//metrics", "/x/../metrics", "/mcp"}) {
            assertThat(raw("GET", path, "Host: 10.0.0.5:3001", "Authorization: Bearer " + TOKEN))
                    .as(path)
                    .startsWith("HTTP/1.1 421 ");
        }
    }

    @Test
    void aPageOfAForeignOriginIsRefused() throws IOException {
        assertThat(raw(
                        "GET",
                        "/metrics",
                        "Host: 10.0.0.5:3001",
                        "Origin: http://evil.example",
                        "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 403 ");
    }

    @Test
    void onlyReadingIsKnown() throws IOException {
        String head = raw("HEAD", "/metrics", "Host: any", "Authorization: Bearer " + TOKEN);
        assertThat(head).startsWith("HTTP/1.1 200 ").doesNotContain("mcp_proxy_");
        assertThat(raw("HEAD", "/metrics", "Host: any")).startsWith("HTTP/1.1 401 ");
        for (String method : new String[] {"POST", "PUT", "DELETE", "TRACE"}) {
            assertThat(raw(method, "/metrics", "Host: any", "Authorization: Bearer " + TOKEN, "Content-Length: 0"))
                    .as(method)
                    .startsWith("HTTP/1.1 405 ")
                    .doesNotContain("mcp_proxy_");
        }
    }

    /** The attack: to guess. Whoever has the token is let in all the while. */
    @Test
    void guessesAreLimitedAndTheTokenIsNot() throws IOException {
        String last = "";
        for (int i = 0; i < GUESSES + 5; i++) {
            last = raw(
                    "GET", "/metrics", "Host: any", "X-Forwarded-For: 192.0.2.99", "Authorization: Bearer guess" + i);
        }

        assertThat(last).startsWith("HTTP/1.1 429 ").contains("Retry-After");
        assertThat(raw("GET", "/metrics", "Host: any", "X-Forwarded-For: 192.0.2.99", "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aSignOnAndACallAreCounted() {
        Exposition before = scrape();

        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");
        client.callTool(tokens.get("access_token"), "it");
        client.refresh(tokens.get("refresh_token"));
        client.refresh("unknown");
        client.ping("no-token-of-ours");
        Exposition after = scrape();

        assertRises(before, after, "mcp_proxy_audit_events_total{event=\"client_registered\",outcome=\"success\"}");
        assertRises(before, after, "mcp_proxy_sign_ons_begun_total");
        assertRises(before, after, "mcp_proxy_audit_events_total{event=\"consent\",outcome=\"allowed\"}");
        assertRises(before, after, "mcp_proxy_audit_events_total{event=\"sign_on\",outcome=\"success\"}");
        assertRises(before, after, token("authorization_code", "issued"));
        assertRises(before, after, token("refresh_token", "issued"));
        assertRises(before, after, token("refresh_token", "refused"));
        assertRises(before, after, "mcp_proxy_refusals_total{endpoint=\"mcp\",reason=\"token_malformed\"}");
        assertRises(before, after, "mcp_proxy_refusals_total{endpoint=\"token\",reason=\"refresh_token_unknown\"}");
        assertRises(before, after, "mcp_proxy_okta_call_seconds_count{endpoint=\"token\",outcome=\"success\"}");
        assertRises(before, after, "mcp_proxy_database_seconds_count{outcome=\"answered\"}");
        assertRises(before, after, CALLS);
        assertRises(before, after, "mcp_proxy_request_first_byte_seconds_count{backend=\"mcp\"}");
    }

    @Test
    void whatIsUnderWayIsReadAsItStands() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        String accessToken = client.signOn("bob").get("access_token");
        client.callTool(accessToken, "it");

        Waiting.until(
                "nothing under way",
                Duration.ofSeconds(10),
                () -> scrape().value("mcp_proxy_requests_in_progress") == 0);
        Exposition read = scrape();
        assertThat(read.value("mcp_proxy_requests_in_progress_limit")).isEqualTo(20_000);
        assertThat(read.value("mcp_proxy_request_body_bytes")).isZero();
        assertThat(read.value("mcp_proxy_request_body_limit_bytes")).isPositive();
        assertThat(read.value("mcp_proxy_database_connections_limit"))
                .as("of H2 one at a time")
                .isEqualTo(1);
        assertThat(read.value("mcp_proxy_part_well{part=\"okta\"}")).isEqualTo(1);
        assertThat(read.value("mcp_proxy_part_well{part=\"store\"}")).isEqualTo(1);
        assertThat(read.value("mcp_proxy_stdio_processes_limit")).isEqualTo(100);
        assertThat(read.value("jvm_threads_current")).isPositive();
        assertThat(read.value("process_open_fds")).isPositive();
    }

    /** The attack: whoever scrapes, or sees what is scraped, learns who uses what. */
    @Test
    void nobodyIsNamed() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");
        client.callTool(tokens.get("access_token"), "argument-that-nobody-sees");

        String text = scraped("Bearer " + TOKEN).text();

        assertThat(text)
                .doesNotContain(
                        OktaUser.ALICE.id(),
                        "alice",
                        client.id(),
                        tokens.get("access_token"),
                        tokens.get("refresh_token"),
                        "argument-that-nobody-sees",
                        "127.0.0.1",
                        TOKEN,
                        NEXT_TOKEN,
                        installation.okta().clientSecret());
    }

    /** The attack: names that a client makes up, until memory is full. */
    @Test
    void whatClientsMakeUpMakesNoSeries() throws IOException {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("bob");
        madeUp(client, tokens, 0);
        Set<String> before = scrape().series();

        for (int i = 1; i <= 20; i++) {
            madeUp(client, tokens, i);
        }

        assertThat(scrape().series()).isEqualTo(before);
        assertThat(scraped("Bearer " + TOKEN).text()).doesNotContain("made-up");
    }

    private static void madeUp(OAuthClient client, Answer tokens, int number) throws IOException {
        String name = "made-up-" + number;
        String accessToken = tokens.get("access_token");
        message(accessToken, "tools/call", "{\"name\":\"" + name + "\"}");
        message(accessToken, name, "{}");
        OAuthClient.send(HttpRequest.newBuilder(installation.at("/" + name + "/mcp")));
        OAuthClient.send(HttpRequest.newBuilder(installation.at("/" + name)));
        client.token(Map.of("grant_type", name, "client_id", client.id()));
        raw(
                name.toUpperCase(Locale.ROOT),
                "/mcp",
                "Host: localhost:" + installation.proxy().port());
    }

    private static void message(String accessToken, String method, String parameters) {
        OAuthClient.send(HttpRequest.newBuilder(installation.proxy().mcp())
                .header("Authorization", "Bearer " + accessToken)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + parameters + "}")));
    }

    /** What is there is in the document, and what the document has is there. */
    @Test
    void everyMetricIsDocumented() throws IOException {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");
        client.callTool(tokens.get("access_token"), "it");
        client.revoke(tokens.get("refresh_token"));
        client.ping("no-token-of-ours");
        Set<String> documented = documented();
        Set<String> told = scrape().own();
        // of failures alone, of which there may be none here
        told.addAll(Set.of("mcp_proxy_request_failures_total", "mcp_proxy_database_wait_seconds"));

        assertThat(told).isEqualTo(documented).hasSizeGreaterThan(20);
    }

    /** The first column of the table. */
    private static Set<String> documented() throws IOException {
        return Files.readAllLines(Path.of("docs/metrics.md")).stream()
                .filter(line -> line.startsWith("| `mcp_proxy_"))
                .flatMap(line -> NAME.matcher(line.split(" \\| ")[0]).results())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void assertRises(Exposition before, Exposition after, String series) {
        assertThat(after.value(series)).as(series).isGreaterThan(before.value(series));
    }

    private static String token(String grantType, String outcome) {
        return "mcp_proxy_token_requests_total{grant_type=\"%s\",outcome=\"%s\"}".formatted(grantType, outcome);
    }

    private static Exposition scrape() {
        return Exposition.of(scraped("Bearer " + TOKEN).text());
    }

    private static Answer scraped(String authorization) {
        return OAuthClient.send(
                HttpRequest.newBuilder(installation.at("/metrics")).header("Authorization", authorization));
    }

    private static String raw(String method, String path, String... headers) throws IOException {
        return RawRequest.of(method, path, headers).answer(installation.proxy().port());
    }
}
