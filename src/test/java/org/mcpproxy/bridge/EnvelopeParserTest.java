package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.bridge.Envelope.Naming;
import org.mcpproxy.bridge.Envelope.TaskState;

class EnvelopeParserTest {

    @Test
    void aRequestIsRenamedAndNothingElseOfItChanges() {
        String text = "{ \"params\":{\"_meta\" : {\"progressToken\": \"t\\\"ö\" ,\"x\":1.50},\"id\":9,\"requestId\":3},"
                + "\"jsonrpc\":\"2.0\", \"id\" : \"a\\n1\",\"method\":\"tools/call\" }";

        Envelope request = one(text);

        assertThat(request.isRequest()).isTrue();
        assertThat(request.name(Naming.ID)).contains("\"a\\n1\"");
        assertThat(request.renamed(Map.of(Naming.ID, "17", Naming.TOKEN_ASKED, "17")))
                .isEqualTo("{ \"params\":{\"_meta\" : {\"progressToken\": 17 ,\"x\":1.50},\"id\":9,\"requestId\":3},"
                        + "\"jsonrpc\":\"2.0\", \"id\" : 17,\"method\":\"tools/call\" }");
    }

    @Test
    void numbersAtTheEndOfAnObjectAreFoundWhole() {
        Envelope response = one("{\"jsonrpc\":\"2.0\",\"result\":{\"_meta\":"
                + "{\"io.modelcontextprotocol/subscriptionId\":12}},\"id\":12}");

        assertThat(response.isResponse()).isTrue();
        assertThat(response.number(Naming.ID)).contains(12L);
        assertThat(response.renamed(Map.of(Naming.ID, "\"x\"", Naming.SUBSCRIPTION, "\"x\"")))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":{\"_meta\":"
                        + "{\"io.modelcontextprotocol/subscriptionId\":\"x\"}},\"id\":\"x\"}");
    }

    @Test
    void aLongTextHasItsNamesWhereTheyAre() {
        String filler = "\"" + "ä".repeat(100_000) + "\"";

        Envelope request = one("{\"method\":\"m\",\"params\":{\"a\":" + filler + "},\"id\":5}");

        assertThat(request.renamed(Map.of(Naming.ID, "6")))
                .isEqualTo("{\"method\":\"m\",\"params\":{\"a\":" + filler + "},\"id\":6}");
    }

    @Test
    void aBatchIsItsMessages() {
        Messages said = parse(
                "[ {\"id\":1,\"method\":\"a\"},\r\n{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":4}} ]");
        List<Envelope> batch = said.all();

        assertThat(said.batch()).isTrue();
        assertThat(batch).extracting(Envelope::isRequest).containsExactly(true, false);
        assertThat(batch.get(1).renamed(Map.of(Naming.TOKEN_TOLD, "\"mine\"")))
                .isEqualTo("{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"mine\"}}");
    }

    @Test
    void aBatchOfOneIsABatch() {
        assertThat(parse("[{\"id\":1,\"method\":\"a\"}]").batch()).isTrue();
        assertThat(parse("{\"id\":1,\"method\":\"a\"}").batch()).isFalse();
    }

    @Test
    void theStateOfATaskIsReadWhereItIsTold() {
        String task = "{\"taskId\":\"t\\\"1\",\"ttl\":5,\"status\":\"working\",\"x\":{\"status\":\"failed\"}}";

        assertThat(one("{\"id\":1,\"result\":{\"task\":" + task + "}}").task())
                .contains(new TaskState("t\"1", "working", true));
        assertThat(one("{\"id\":1,\"result\":" + task + "}").task()).contains(new TaskState("t\"1", "working", false));
        assertThat(one("{\"method\":\"notifications/tasks/status\",\"params\":" + task + "}")
                        .task())
                .contains(new TaskState("t\"1", "working", false));
        assertThat(one("{\"id\":1,\"result\":{\"taskId\":1,\"status\":{},\"task\":\"t\"}}")
                        .task())
                .isEmpty();
    }

    @Test
    void lineEndsWithinAMessageAreBlanks() {
        assertThat(one("{\n\"method\":\r\n\"a\"}\n").text()).isEqualTo("{ \"method\":  \"a\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Listening on 8080",
                "1",
                "{}",
                "{\"id\":1}",
                "{\"method\":1}",
                "{\"method\":\"a\",\"result\":{}}",
                "{\"method\":\"a\"} {\"method\":\"b\"}",
                "{\"method\":\"a\",\"method\":\"b\"}",
                "[1]"
            })
    void whatIsNoMessageIsRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(BadLineException.class);
    }

    private static Envelope one(String text) {
        return parse(text).first();
    }

    private static Messages parse(String text) {
        return EnvelopeParser.parse(text, "ada");
    }
}
