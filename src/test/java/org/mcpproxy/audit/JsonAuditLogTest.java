package org.mcpproxy.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;

class JsonAuditLogTest {

    private static final Trail TRAIL = new Trail("0123456789abcdef", "192.0.2.7");

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final AuditLog log = new JsonAuditLog(
            Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC),
            new EventMeter(new Meters()),
            () -> new PrintStream(written, true, StandardCharsets.UTF_8));

    @Test
    void aRefusalIsOneLineThatNamesTheReason() {
        log.record(new AuditEvent.Refused(TRAIL, null, "client", "/oauth2/v1/token", Reason.CODE_REPLAYED));

        assertThat(lines())
                .isEqualTo("{\"time\":\"2026-11-23T10:00:00Z\",\"event\":\"refusal\",\"outcome\":\"refused\","
                        + "\"reason\":\"code_replayed\",\"client\":\"client\",\"address\":\"192.0.2.7\","
                        + "\"request_id\":\"0123456789abcdef\",\"endpoint\":\"/oauth2/v1/token\"}\n");
    }

    @Test
    void aRefusedMessageNamesTheToolThatItAskedFor() {
        log.record(
                new AuditEvent.Refused(TRAIL, "user", "client", "/mcp", "tools/call", "echo", Reason.HEADER_MISMATCH));

        assertThat(lines())
                .contains(
                        "\"reason\":\"header_mismatch\"",
                        "\"endpoint\":\"/mcp\",\"method\":\"tools/call\",\"name\":\"echo\"}");
    }

    @Test
    void anMcpRequestNamesTheToolTheStatusAndTheTime() {
        log.record(new AuditEvent.McpRequest(
                TRAIL, "user", "client", "/mcp", "tools/call", "echo", 200, null, Duration.ofMillis(12)));

        assertThat(lines())
                .contains("\"event\":\"mcp_request\",\"outcome\":\"success\",\"user\":\"user\"")
                .contains("\"method\":\"tools/call\",\"name\":\"echo\",\"status\":200,\"duration_ms\":12")
                .doesNotContain("reason");
    }

    @Test
    void anMcpRequestThatTheServerRefusedWasNoSuccess() {
        log.record(new AuditEvent.McpRequest(
                TRAIL, "user", "client", "/mcp", "tools/call", "echo", 400, null, Duration.ofMillis(12)));

        assertThat(lines()).contains("\"event\":\"mcp_request\",\"outcome\":\"failure\"", "\"status\":400");
    }

    @Test
    void whoIsToldOfAUserIsNamedAndNotWhatTheyAreTold() {
        log.record(new AuditEvent.UserInfoTold(TRAIL, "user", "client", "grant"));

        assertThat(lines())
                .contains("\"event\":\"user_info\",\"outcome\":\"success\",\"user\":\"user\",\"client\":\"client\"")
                .contains("\"grant\":\"grant\"");
    }

    @Test
    void whatOktasWordOpenedIsToldAndByWhich() {
        log.record(new AuditEvent.IdentityAssertionRedeemed(
                TRAIL, "user", "client", "https://proxy.example/mcp", "hash", "grant"));

        assertThat(lines())
                .contains(
                        "\"event\":\"id_jag_redeemed\",\"outcome\":\"success\",\"user\":\"user\",\"client\":\"client\"")
                .contains("\"resource\":\"https://proxy.example/mcp\",\"assertion\":\"hash\",\"grant\":\"grant\"");
    }

    /** The user is known only when the person comes back from Okta. */
    @Test
    void aConsentAndItsSignOnHaveOneName() {
        log.record(new AuditEvent.ConsentDecided(
                TRAIL, null, "client", "a-sign-on", List.of("https://a.example/mcp"), true));
        log.record(new AuditEvent.SignedOn(TRAIL, "user", "client", "a-sign-on"));

        assertThat(lines().lines()).hasSize(2).allMatch(line -> line.contains("\"sign_on\":\"a-sign-on\""));
    }

    /** However many they are: what a person allowed must be seen, and by what it was used. */
    @Test
    void aConsentNamesAllResourcesAndATokenTheOneThatItIsFor() {
        List<String> twenty = IntStream.range(0, 20)
                .mapToObj(number -> "https://proxy.example/server-" + number + "/mcp")
                .toList();
        log.record(new AuditEvent.ConsentDecided(TRAIL, null, "client", "a-sign-on", twenty, true));
        log.record(new AuditEvent.TokensIssued(TRAIL, "user", "client", "refresh_token", twenty.get(7), "grant"));

        assertThat(lines().lines())
                .satisfiesExactly(
                        consent -> assertThat(consent)
                                .contains("\"resources\":[\"" + String.join("\",\"", twenty) + "\"]"),
                        issued -> assertThat(issued).contains("\"resource\":\"https://proxy.example/server-7/mcp\""));
    }

    @Test
    void whatBecomesOfARegistrationIsTold() {
        log.record(new AuditEvent.ClientUpdated(
                TRAIL, "client", new AuditEvent.Registered("An app", "none", List.of("app.example", "cursor://"))));
        log.record(new AuditEvent.ClientRead(TRAIL, "client"));
        log.record(new AuditEvent.ClientDeleted(TRAIL, "client"));

        assertThat(lines().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("\"event\":\"client_updated\",\"outcome\":\"success\",\"client\":\"client\"")
                                .contains("\"client_name\":\"An app\",\"authentication_method\":\"none\"")
                                .contains("\"destinations\":\"app.example cursor://\""),
                        line -> assertThat(line).contains("\"event\":\"client_read\"", "\"client\":\"client\""),
                        line -> assertThat(line).contains("\"event\":\"client_deleted\"", "\"client\":\"client\""));
    }

    @Test
    void aNameFromAStrangerCannotMakeALineOfItsOwn() {
        log.record(registered("a\"\n{\"event\":\"forged\"}" + "x".repeat(5_000)));

        assertThat(lines()).hasLineCount(1).hasSizeLessThan(600).contains("a\\\"\\n{");
    }

    /** Control characters of both sets, marks that reorder text, line and paragraph separators, a letter, an emoji. */
    @Test
    void nothingButPrintableAsciiStandsInALine() {
        String name = "\u001b[2J \u007f \u009b31m \u202e \u2028 \u2029 \u200b \ufeff \u00e4 \ud83d\ude00";
        log.record(registered(name));
        log.record(
                new AuditEvent.McpRequest(TRAIL, "user", name, "/mcp", name, name, 200, null, Duration.ofMillis(12)));

        assertThat(lines()).hasLineCount(2).matches("[ -~\n]+").contains("\\u009B31m \\u202E \\u2028");
    }

    @Test
    void aNameThatIsCutWithinACharacterIsStillAscii() {
        log.record(registered("x".repeat(255) + "\ud83d\ude00"));

        assertThat(lines()).matches("[ -~\n]+");
    }

    private static AuditEvent registered(String name) {
        return new AuditEvent.ClientRegistered(TRAIL, "client", new AuditEvent.Registered(name, "none", List.of()));
    }

    private String lines() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
