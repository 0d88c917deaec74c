package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Exposition;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;

class RelayMeterTest {

    private static final Settings SETTINGS = Samples.settings();
    private static final McpEndpoint ENDPOINT = Endpoints.standard(SETTINGS);
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\"}}";

    private final Meters meters = new Meters();
    private final RelayMeter meter = new RelayMeters(SETTINGS, meters).of(ENDPOINT.backend());

    @Test
    void anAnswerIsCountedByWhoseFaultItIs() {
        RelayRequest request = post(CALL);

        meter.answered(request, 200);
        meter.answered(request, 202);
        meter.answered(request, 404);
        meter.answered(request, 500);

        assertRequests("tools/call", "success", 2);
        assertRequests("tools/call", "client_error", 1);
        assertRequests("tools/call", "server_error", 1);
        assertThat(scrape().value("mcp_proxy_request_first_byte_seconds_count{backend=\"%s\"}".formatted(backend())))
                .isEqualTo(4);
    }

    @Test
    void aFailureIsNamedAndAClientThatLeftIsNone() {
        meter.failed(post(CALL), Reason.BACKEND_TIMEOUT);
        meter.failed(post(CALL), Reason.CLIENT_GONE);

        assertRequests("tools/call", "failed", 1);
        assertRequests("tools/call", "cancelled", 1);
        assertFailures("backend_timeout", 1);
        assertFailures("client_gone", 1);
    }

    @Test
    void anAnswerThatBreaksOffIsCountedOnceAsARequestAndOnceAsAFailure() {
        meter.answered(post(CALL), 200);
        meter.brokeOff(Reason.BACKEND_BROKE_OFF);

        assertRequests("tools/call", "success", 1);
        assertRequests("tools/call", "failed", 0);
        assertFailures("backend_broke_off", 1);
    }

    @Test
    void streamsAndEndsOfSessionsHaveTheirMethod() {
        meter.answered(request("GET", Optional.empty()), 200);
        meter.answered(request("DELETE", Optional.empty()), 204);

        assertRequests("GET", "success", 1);
        assertRequests("DELETE", "success", 1);
    }

    /** The attack: calls that are counted as streams. */
    @Test
    void aMessageIsNoStreamWhateverItIsCalled() {
        meter.answered(post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"GET\"}"), 200);

        assertRequests("GET", "success", 0);
        assertRequests("other", "success", 1);
    }

    @Test
    void theTimeUntilTheEndIsMeasured() {
        RelayRequest request = post(CALL);

        meter.ended(request);

        assertThat(scrape().value("mcp_proxy_request_duration_seconds_count{backend=\"%s\"}".formatted(backend())))
                .isEqualTo(1);
        assertThat(scrape().value("mcp_proxy_request_duration_seconds_sum{backend=\"%s\"}".formatted(backend())))
                .isBetween(0.0, 60.0);
    }

    /** The attack: a client that makes up methods fills the memory with series. */
    @Test
    void madeUpMethodsMakeNoSeries() {
        Set<String> before = scrape().series();

        for (int i = 0; i < 500; i++) {
            meter.answered(post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"made-up-" + i + "\"}"), 200);
            meter.answered(post(CALL.replace("echo", "made-up-" + i)), 200);
        }
        meter.answered(post("[" + CALL + "," + CALL + "]"), 200);
        meter.answered(post("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"), 202);

        assertThat(scrape().series()).isEqualTo(before);
        assertRequests("other", "success", 502);
        assertRequests("tools/call", "success", 500);
    }

    private static RelayRequest post(String body) {
        return request("POST", Optional.of(MessageReader.read(body.getBytes(StandardCharsets.UTF_8))));
    }

    private static RelayRequest request(String method, Optional<McpBody> body) {
        Caller caller =
                new Caller(Optional.of("00ualice"), "client", new Scope("mcp"), Optional.of("grant"), Instant.EPOCH);
        return new RelayRequest(
                Samples.TRAIL,
                ENDPOINT,
                caller,
                method,
                Era.LEGACY,
                McpHeaders.of(List.of()),
                List.of(),
                body,
                System.nanoTime());
    }

    private void assertRequests(String method, String outcome, int times) {
        assertThat(scrape().value("mcp_proxy_requests_total{backend=\"%s\",method=\"%s\",outcome=\"%s\"}"
                        .formatted(backend(), method, outcome)))
                .isEqualTo(times);
    }

    private void assertFailures(String reason, int times) {
        assertThat(scrape().value("mcp_proxy_request_failures_total{backend=\"%s\",reason=\"%s\"}"
                        .formatted(backend(), reason)))
                .isEqualTo(times);
    }

    private static String backend() {
        return ENDPOINT.backend().policyName();
    }

    private Exposition scrape() {
        return Exposition.of(meters);
    }
}
