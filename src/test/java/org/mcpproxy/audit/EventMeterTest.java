package org.mcpproxy.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent.ClientDeleted;
import org.mcpproxy.audit.AuditEvent.ClientRegistered;
import org.mcpproxy.audit.AuditEvent.ConsentDecided;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.McpRequest;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.audit.AuditEvent.Registered;
import org.mcpproxy.audit.AuditEvent.SignedOn;
import org.mcpproxy.audit.AuditEvent.TokensIssued;
import org.mcpproxy.fixture.Exposition;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;

class EventMeterTest {

    private static final Trail TRAIL = new Trail("0123456789abcdef", "192.0.2.7");

    private final Meters meters = new Meters();
    private final AuditLog log = new JsonAuditLog(
            Clock.systemUTC(), new EventMeter(meters), () -> new PrintStream(OutputStream.nullOutputStream()));

    @Test
    void eachLineIsCountedByItsEventAndOutcome() {
        log.record(new ClientRegistered(TRAIL, "client", new Registered("Name", "none", List.of("loopback"))));
        log.record(new ConsentDecided(TRAIL, "user", "client", "sign-on", List.of("resource"), true));
        log.record(new ConsentDecided(TRAIL, "user", "client", "sign-on", List.of("resource"), false));
        log.record(new SignedOn(TRAIL, "user", "client", "sign-on"));
        log.record(new SignedOn(TRAIL, "user", "client", "sign-on"));
        log.record(new TokensIssued(TRAIL, "user", "client", "authorization_code", "resource", "grant"));
        log.record(new ClientDeleted(TRAIL, "client"));
        log.record(call(200, null));
        log.record(call(200, null));
        log.record(call(502, Reason.BACKEND_UNAVAILABLE));

        assertEvents("client_registered", "success", 1);
        assertEvents("consent", "allowed", 1);
        assertEvents("consent", "denied", 1);
        assertEvents("sign_on", "success", 2);
        assertEvents("tokens_issued", "success", 1);
        assertEvents("client_deleted", "success", 1);
        assertEvents("mcp_request", "success", 2);
        assertEvents("mcp_request", "failure", 1);
    }

    @Test
    void refusalsAreCountedByReasonAndTheKindOfAddress() {
        log.record(refused("/mcp", Reason.TOKEN_EXPIRED));
        log.record(refused("/files/mcp", Reason.TOKEN_EXPIRED));
        log.record(refused("/oauth2/v1/token", Reason.CODE_REPLAYED));
        log.record(refused("/oauth2/v1/clients/xyz", Reason.REGISTRATION_TOKEN_WRONG));
        log.record(refused("/oauth/callback", Reason.OKTA_DENIED));
        log.record(refused("/metrics", Reason.METRICS_TOKEN_WRONG));

        assertRefusals("mcp", "token_expired", 2);
        assertRefusals("token", "code_replayed", 1);
        assertRefusals("registration", "registration_token_wrong", 1);
        assertRefusals("sign_on", "okta_denied", 1);
        assertRefusals("metrics", "metrics_token_wrong", 1);
    }

    @Test
    void grantsThatEndAreCountedByCause() {
        for (GrantRevoked.Cause cause : GrantRevoked.Cause.values()) {
            log.record(new GrantRevoked(TRAIL, "user", "client", "grant", cause));
        }

        assertThat(scrape().value("mcp_proxy_grants_ended_total{cause=\"refresh_token_reused\"}"))
                .isEqualTo(1);
        assertEvents("grant_revoked", "success", GrantRevoked.Cause.values().length);
    }

    /** The attack: whoever makes up addresses, tools, users or clients fills the node's memory, and Prometheus's, with series. */
    @Test
    void whatStrangersMakeUpMakesNoSeries() {
        log.record(refused("/made-up", Reason.ADDRESS_UNKNOWN));
        log.record(call(200, null));
        log.record(new TokensIssued(TRAIL, "user", "client", "authorization_code", "resource", "grant"));
        Set<String> before = scrape().series();

        for (int i = 0; i < 1000; i++) {
            log.record(refused("/made-up/" + i, Reason.ADDRESS_UNKNOWN));
            log.record(refused("/oauth2/v1/token\"} 7\n" + i, Reason.ADDRESS_UNKNOWN));
            log.record(
                    new TokensIssued(TRAIL, "user-" + i, "client-" + i, "made-up-" + i, "resource-" + i, "grant-" + i));
            log.record(new McpRequest(
                    TRAIL,
                    "user-" + i,
                    "client-" + i,
                    "/mcp",
                    "method-" + i,
                    "tool-" + i,
                    200,
                    null,
                    Duration.ofMillis(1)));
        }

        assertThat(scrape().series()).isEqualTo(before);
        assertRefusals("other", "address_unknown", 2001);
        assertThat(text()).doesNotContain("user-", "client-", "tool-", "method-", "made-up", "192.0.2.7");
    }

    private static McpRequest call(int status, Reason failure) {
        return new McpRequest(
                TRAIL, "user", "client", "/mcp", "tools/call", "echo", status, failure, Duration.ofMillis(12));
    }

    private static Refused refused(String endpoint, Reason reason) {
        return new Refused(TRAIL, "user", "client", endpoint, reason);
    }

    private void assertEvents(String event, String outcome, int times) {
        assertThat(scrape().value(
                                "mcp_proxy_audit_events_total{event=\"%s\",outcome=\"%s\"}".formatted(event, outcome)))
                .as(event)
                .isEqualTo(times);
    }

    private void assertRefusals(String endpoint, String reason, int times) {
        assertThat(scrape().value(
                                "mcp_proxy_refusals_total{endpoint=\"%s\",reason=\"%s\"}".formatted(endpoint, reason)))
                .as(reason)
                .isEqualTo(times);
    }

    private Exposition scrape() {
        return Exposition.of(meters);
    }

    private String text() {
        return new String(meters.text(), StandardCharsets.UTF_8);
    }
}
