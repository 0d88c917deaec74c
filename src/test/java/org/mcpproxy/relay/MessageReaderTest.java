package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.policy.Kind;

class MessageReaderTest {

    @Test
    void aRequestIsReadWithWhatItNamesAndClaims() {
        McpBody body = read("""
                {"params":{"arguments":{"name":"inner"},"name":"weather","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","x":{}}},
                 "method":"tools/call","id":"a\\"b","jsonrpc":"2.0"}
                """);
        assertThat(body.messages())
                .containsExactly(new McpMessage(
                        McpMessage.Kind.REQUEST,
                        Optional.of(new RequestId("\"a\\\"b\"")),
                        Optional.of("tools/call"),
                        Optional.of("weather"),
                        List.of(Target.of(Kind.TOOL, "weather")),
                        Optional.of(new ProtocolVersion("2026-07-28"))));
        assertThat(body.batch()).isFalse();
    }

    @Test
    void aResourceIsNamedByItsUriWhichMayHoldSecretsAndIsNotAudited() {
        McpBody body = read(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"file:///a\",\"name\":\"b\"}}");
        assertThat(body.messages().get(0).name()).contains("file:///a");
        assertThat(body.acts()).containsExactly(new McpBody.Act("resources/read", null));
    }

    @Test
    void theThreeKindsAreTold() {
        assertThat(kind("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")).isEqualTo(McpMessage.Kind.REQUEST);
        assertThat(kind("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}"))
                .isEqualTo(McpMessage.Kind.NOTIFICATION);
        assertThat(kind("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}")).isEqualTo(McpMessage.Kind.RESPONSE);
        assertThat(kind("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{}}")).isEqualTo(McpMessage.Kind.RESPONSE);
    }

    @Test
    void aBatchOfOneIsStillABatch() {
        assertThat(read("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]").batch())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"method\":\"tools/call\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"name\":\"b\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"arguments\":{\"a\":1,\"a\":2}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} trailing",
                "{'jsonrpc':'2.0'}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\" /* comment */}"
            })
    void whatParsersCouldReadInTwoWaysIsRefused(String body) {
        assertThat(refusal(body).reason()).isIn(Reason.MESSAGE_NOT_JSON, Reason.MESSAGE_MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "null",
                "\"text\"",
                "[]",
                "[1]",
                "{}",
                "{\"jsonrpc\":\"2.0\",\"id\":1}",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
                "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}",
                "{\"jsonrpc\":[\"2.0\"],\"id\":1,\"method\":\"ping\"}",
                "{\"jsonrpc\":[{\"jsonrpc\":\"2.0\"}],\"id\":1,\"method\":\"ping\"}",
                "{\"jsonrpc\":{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}}",
                "[{\"jsonrpc\":[]}]",
                "[{\"jsonrpc\":{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}}]",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null}",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/call\",\"params\":{\"name\":\"a\"}}",
                "{\"method\":\"ping\",\"id\":null,\"jsonrpc\":\"2.0\"}",
                "[{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}]",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":\"x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":[\"a\"]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":1}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"x\"}"
            })
    void whatIsNotJsonRpcIsRefused(String body) {
        assertThat(refusal(body).reason()).isEqualTo(Reason.MESSAGE_MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"Method\":\"tools/call\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"paramſ\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"NAME\":\"b\"}}"
            })
    void aKeyThatOnlyDiffersInCaseIsRefusedAsSomeParsersTakeItForTheSame(String body) {
        assertThat(refusal(body).reason()).isEqualTo(Reason.MESSAGE_MALFORMED);
    }

    @Test
    void otherEncodingsThanUtf8AreRefused() {
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
        assertThat(refusal(ping.getBytes(StandardCharsets.UTF_16LE)).reason()).isEqualTo(Reason.MESSAGE_NOT_JSON);
        assertThat(refusal(("\uFEFF" + ping).getBytes(StandardCharsets.UTF_8)).reason())
                .isEqualTo(Reason.MESSAGE_NOT_JSON);
        assertThat(refusal("\"\u00e9\"".getBytes(StandardCharsets.ISO_8859_1)).reason())
                .isEqualTo(Reason.MESSAGE_NOT_JSON);
    }

    /** Our errors repeat it, and must fit what is written without waiting for the client. */
    @Test
    void aLongIdIsRefusedAndNotRepeated() {
        String longest = "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":\"" + "i".repeat(1024);
        assertThat(read(longest + "\"}").messages()).hasSize(1);
        MalformedMessage refusal = refusal(longest + "i\"}");
        assertThat(refusal.reason()).isEqualTo(Reason.MESSAGE_MALFORMED);
        assertThat(refusal.id()).isEmpty();
    }

    @Test
    void deepNestingAndLongBatchesAreRefused() {
        String deep =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":" + "[".repeat(300) + "]".repeat(300) + "}";
        assertThat(refusal(deep).reason()).isEqualTo(Reason.MESSAGE_NOT_JSON);
        String message = "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}";
        assertThat(refusal("[" + (message + ",").repeat(100) + message + "]").reason())
                .isEqualTo(Reason.REQUEST_TOO_LARGE);
    }

    @Test
    void theRefusalKnowsTheIdThatWasRead() {
        assertThat(refusal("{\"jsonrpc\":\"2.0\",\"id\":42,\"method\":5}").id()).contains(new RequestId("42"));
        assertThat(refusal("{\"jsonrpc\":\"2.0\",\"id\":42,\"method\":\"a\",").id())
                .contains(new RequestId("42"));
    }

    @Test
    void aLongArgumentIsNoReasonToRefuse() {
        String argument = "x".repeat(3_000_000);
        assertThat(read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"a\":\"" + argument + "\"}}")
                        .acts())
                .containsExactly(new McpBody.Act("x", null));
    }

    @Test
    void eachMessageOfABatchIsAnActOfItsOwn() {
        String call = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\"}}";
        assertThat(read("[" + call.formatted(1, "read") + "," + call.formatted(2, "delete") + "]")
                        .acts())
                .containsExactly(new McpBody.Act("tools/call", "read"), new McpBody.Act("tools/call", "delete"));
    }

    private static McpMessage.Kind kind(String body) {
        return read(body).messages().get(0).kind();
    }

    private static McpBody read(String body) {
        return MessageReader.read(body.getBytes(StandardCharsets.UTF_8));
    }

    private static MalformedMessage refusal(String body) {
        return refusal(body.getBytes(StandardCharsets.UTF_8));
    }

    private static MalformedMessage refusal(byte[] body) {
        return catchThrowableOfType(MalformedMessage.class, () -> MessageReader.read(body));
    }
}
