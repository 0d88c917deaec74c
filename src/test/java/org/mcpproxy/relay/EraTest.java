package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

class EraTest {

    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}";
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"weather\"," + META + "}}";
    private static final String LIST =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" + META + "}}";
    private static final String OLD_CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"weather\"}}";
    private static final String BATCH = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]";
    private static final String VERSION = "MCP-Protocol-Version: 2026-07-28";

    @Test
    void aModernRequestThatAgreesWithItsHeadersPasses() {
        accepted(CALL, VERSION, "Mcp-Method: tools/call", "Mcp-Name: weather");
        accepted(CALL, VERSION, "mcp-method:   tools/call ", "MCP-NAME: =?base64?d2VhdGhlcg==?=");
        accepted(LIST, VERSION, "Mcp-Method: tools/list");
    }

    @Test
    void eachMissingHeaderOfAModernRequestIsAMismatch() {
        refused(Reason.HEADER_MISMATCH, CALL, "Mcp-Method: tools/call", "Mcp-Name: weather");
        refused(Reason.HEADER_MISMATCH, CALL, VERSION, "Mcp-Name: weather");
        refused(Reason.HEADER_MISMATCH, CALL, VERSION, "Mcp-Method: tools/call");
    }

    @Test
    void eachHeaderThatDisagreesIsAMismatch() {
        refused(
                Reason.HEADER_MISMATCH,
                CALL,
                "MCP-Protocol-Version: 2025-11-25",
                "Mcp-Method: tools/call",
                "Mcp-Name: weather");
        refused(
                Reason.HEADER_MISMATCH,
                CALL,
                "MCP-Protocol-Version: 2026-09-01",
                "Mcp-Method: tools/call",
                "Mcp-Name: weather");
        refused(Reason.HEADER_MISMATCH, CALL, VERSION, "Mcp-Method: tools/list", "Mcp-Name: weather");
        refused(Reason.HEADER_MISMATCH, CALL, VERSION, "Mcp-Method: Tools/Call", "Mcp-Name: weather");
        refused(Reason.HEADER_MISMATCH, CALL, VERSION, "Mcp-Method: tools/call", "Mcp-Name: delete");
    }

    @Test
    void onlyNamesAreDecoded() {
        refused(Reason.HEADER_MISMATCH, CALL, VERSION, "Mcp-Method: =?base64?dG9vbHMvY2FsbA==?=", "Mcp-Name: weather");
    }

    @Test
    void aRepeatedHeaderIsRefusedSinceTheBackendMayReadTheOther() {
        refused(Reason.HEADER_MISMATCH, CALL, VERSION, VERSION, "Mcp-Method: tools/call", "Mcp-Name: weather");
        refused(
                Reason.HEADER_MISMATCH,
                CALL,
                VERSION,
                "Mcp-Method: tools/call",
                "Mcp-Name: weather",
                "Mcp-Name: weather");
        refused(Reason.MALFORMED_REQUEST, OLD_CALL, "Mcp-Session-Id: a", "Mcp-Session-Id: b");
    }

    @Test
    void whoClaimsTheNewerRevisionInTheHeaderAloneMustKeepItsRulesToo() {
        refused(Reason.HEADER_MISMATCH, OLD_CALL, VERSION);
        accepted(OLD_CALL, VERSION, "Mcp-Method: tools/call", "Mcp-Name: weather");
    }

    @Test
    void nothingIsDemandedOfNotificationsAndResponses() {
        accepted("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":{" + META + "}}");
        accepted("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", VERSION);
    }

    @Test
    void theOlderEraNeedsNoHeader() {
        accepted(OLD_CALL);
        accepted(OLD_CALL, "MCP-Protocol-Version: 2025-11-25");
        accepted(OLD_CALL, "MCP-Protocol-Version: 2025-11-25", "Mcp-Method: whatever");
    }

    @Test
    void batchesExistInOneRevisionOnly() {
        accepted(BATCH);
        accepted(BATCH, "MCP-Protocol-Version: 2025-03-26");
        refused(Reason.MESSAGE_BATCH, BATCH, "MCP-Protocol-Version: 2024-11-05");
        refused(Reason.MESSAGE_BATCH, BATCH, "MCP-Protocol-Version: 2025-06-18");
        refused(Reason.MESSAGE_BATCH, BATCH, "MCP-Protocol-Version: 2025-11-25");
        refused(Reason.MESSAGE_BATCH, BATCH, VERSION);
        refused(Reason.MESSAGE_BATCH, "[" + CALL + "]");
    }

    @Test
    void theEraIsModernWhereHeaderOrBodySaySo() {
        assertThat(Era.of(headers(VERSION))).isEqualTo(Era.MODERN);
        assertThat(Era.of(headers(), body(CALL))).isEqualTo(Era.MODERN);
        assertThat(Era.of(headers(VERSION), body(OLD_CALL))).isEqualTo(Era.MODERN);
        assertThat(Era.of(headers("MCP-Protocol-Version: 2025-11-25"), body(OLD_CALL)))
                .isEqualTo(Era.LEGACY);
        assertThat(Era.of(headers("MCP-Protocol-Version: zzz"), body(OLD_CALL))).isEqualTo(Era.LEGACY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=?base64?####?=",
                "=?base64?d2VhdGhlcg?=",
                "=?base64?/w==?=",
                "wéather",
                "=?base64?d2VhdGhlch==?="
            })
    void aNameThatCannotBeDecodedIsAMismatch(String name) {
        refused(Reason.HEADER_MISMATCH, CALL, VERSION, "Mcp-Method: tools/call", "Mcp-Name: " + name);
    }

    @Test
    void aNameIsDecodedAsTheSpecificationShows() {
        assertThat(MirroredValue.decode("=?base64?SGVsbG8sIOS4lueVjA==?=")).isEqualTo("Hello, 世界");
        assertThat(MirroredValue.decode("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")).isEqualTo("=?base64?literal?=");
        assertThat(MirroredValue.decode("=?BASE64?SGVsbG8=?=")).isEqualTo("=?BASE64?SGVsbG8=?=");
        assertThat(MirroredValue.decode("=?base64?=")).isEqualTo("=?base64?=");
    }

    private static void accepted(String body, String... headers) {
        assertThatCode(() -> require(body, headers)).doesNotThrowAnyException();
    }

    private static void refused(Reason reason, String body, String... headers) {
        assertThatThrownBy(() -> require(body, headers))
                .isInstanceOf(Rejection.class)
                .hasMessage(reason.name());
    }

    private static void require(String body, String... headers) {
        Era.of(headers(headers), body(body)).require(headers(headers), body(body));
    }

    private static McpBody body(String body) {
        return MessageReader.read(body.getBytes(StandardCharsets.UTF_8));
    }

    private static McpHeaders headers(String... lines) {
        List<Header> headers = Arrays.stream(lines)
                .map(line -> line.split(":", 2))
                .map(parts -> new Header(parts[0], parts[1]))
                .toList();
        return McpHeaders.of(headers);
    }
}
