package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;

class ConversationTest {

    private final List<String> sent = new ArrayList<>();
    private boolean reading = true;

    private final Channel channel = new Channel() {
        @Override
        public boolean send(List<String> messages, List<Header> headers, Consumer<Rejection> undelivered) {
            return reading && sent.addAll(messages);
        }

        @Override
        public void close() {
            // nothing to end
        }

        @Override
        public CompletableFuture<Void> ended() {
            return new CompletableFuture<>();
        }
    };

    private final Conversation modern = conversation(true);
    private final Conversation session = conversation(false);

    @Test
    void twoClientsWithTheSameIdsAndTokensEachGetTheirOwn() {
        BackendClient.Call one = post(modern, call("7", "\"t\""));
        BackendClient.Call two = post(modern, call("7", "\"t\""));

        assertThat(sent).containsExactly(call("1", "1"), call("2", "2"));
        modern.message("{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":2,\"progress\":1}}");
        modern.message("{\"id\":2,\"result\":{\"of\":\"two\"}}");
        modern.message("{\"id\":1,\"result\":{\"of\":\"one\"}}");

        assertThat(Said.of(one).body()).isEqualTo("{\"id\":7,\"result\":{\"of\":\"one\"}}");
        assertThat(Said.of(two).body())
                .isEqualTo("event: message\ndata: {\"method\":\"notifications/progress\","
                        + "\"params\":{\"progressToken\":\"t\",\"progress\":1}}\n\n"
                        + "event: message\ndata: {\"id\":7,\"result\":{\"of\":\"two\"}}\n\n");
    }

    @Test
    void aServerThatAnswersWhatNobodyAskedIsNotHeard() {
        BackendClient.Call one = post(modern, call("7", "1"));

        for (String id : List.of("7", "\"1\"", "2", "0", "-1", "99999999999999999999")) {
            modern.message("{\"id\":" + id + ",\"result\":{}}");
        }

        assertThat(one.answer().toCompletableFuture()).isNotDone();
    }

    @Test
    void aModernClientThatGoesCancelsItsOwnRequestAlone() {
        BackendClient.Call waiting = post(modern, call("7", "1"));
        BackendClient.Call streaming = post(modern, call("7", "1"));
        BackendClient.Call other = post(modern, call("7", "1"));
        modern.message("{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":2}}");
        Said stream = Said.of(streaming);
        sent.clear();

        waiting.cancel();
        stream.leave();

        assertThat(sent).hasSize(2).allMatch(line -> line.contains("notifications/cancelled"));
        assertThat(sent.get(0)).contains("\"requestId\":1,");
        assertThat(sent.get(1)).contains("\"requestId\":2,");
        assertThat(other.answer().toCompletableFuture()).isNotDone();
    }

    @Test
    void aSessionsRequestOutlivesTheReaderOfItsStream() {
        BackendClient.Call call = post(session, call("7", "1"));
        session.message("{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":1}}");
        Said stream = Said.of(call);
        sent.clear();

        stream.leave();

        assertThat(sent).isEmpty();
    }

    @Test
    void aCancellationOfASessionNamesTheRequestAsTheServerKnowsIt() {
        post(session, call("\"mine\"", "1"));
        sent.clear();

        post(session, "{\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"mine\"}}");
        post(session, "{\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");

        assertThat(sent).containsExactly("{\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");
    }

    @Test
    void anotherClientsModernRequestCannotBeCancelledByItsNumber() {
        post(modern, call("7", "1"));
        sent.clear();

        post(modern, "{\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");
        post(modern, "{\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");

        assertThat(sent).isEmpty();
    }

    @Test
    void whatBelongsToNoRequestGoesToTheListenerAndWaitsForOne() {
        session.message("{\"method\":\"notifications/tools/list_changed\"}");
        Said first = Said.of(session.listen());
        first.awaitText("list_changed");
        session.message("{\"id\":\"s\",\"method\":\"ping\"}");
        first.awaitText("ping");

        Said second = Said.of(session.listen());
        assertThat(first.brokeOff()).isFalse();
        session.message("{\"id\":\"t\",\"method\":\"roots/list\"}");

        second.awaitText("roots/list");
        assertThat(second.soFar()).doesNotContain("ping");
        assertThat(first.body()).doesNotContain("roots/list");
    }

    @Test
    void aServersRequestGoesOnTheStreamOfARequestWhereNobodyListens() {
        BackendClient.Call call = post(session, call("7", "1"));
        session.message("{\"id\":\"s\",\"method\":\"elicitation/create\"}");

        Said.of(call).awaitText("elicitation/create");
        post(session, "{\"id\":\"s\",\"result\":{\"action\":\"accept\"}}");

        assertThat(sent).last().isEqualTo("{\"id\":\"s\",\"result\":{\"action\":\"accept\"}}");
    }

    @Test
    void sinceTwentyTwentySixServersAskNothing() {
        modern.message("{\"id\":\"s\",\"method\":\"sampling/createMessage\"}");
        modern.message("{\"id\":5,\"method\":\"ping\"}");

        assertThat(sent.get(0)).contains("\"id\":\"s\"").contains("-32601");
        assertThat(sent.get(1)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}");
    }

    @Test
    void aSubscriptionIsToldWithItsOwnId() {
        BackendClient.Call one = post(modern, "{\"id\":\"sub\",\"method\":\"subscriptions/listen\"}");
        post(modern, call("8", "1"));

        modern.message("{\"method\":\"notifications/tools/list_changed\",\"params\":{\"_meta\":"
                + "{\"io.modelcontextprotocol/subscriptionId\":1}}}");

        Said.of(one).awaitText("\"io.modelcontextprotocol/subscriptionId\":\"sub\"");
    }

    @Test
    void aModernErrorHasItsStatus() {
        assertThat(status("tools/call", -32601)).isEqualTo(404);
        assertThat(status("tools/call", -32022)).isEqualTo(400);
        assertThat(status("tools/call", -32602)).isEqualTo(200);
        assertThat(status("server/discover", -32602)).isEqualTo(400);
    }

    @Test
    void aBatchIsAnsweredByEvents() {
        BackendClient.Call call = post(
                session, "[{\"id\":1,\"method\":\"a\"},{\"method\":\"notifications/n\"},{\"id\":2,\"method\":\"b\"}]");
        session.message("{\"id\":2,\"result\":{}}");
        session.message("{\"id\":1,\"result\":{}}");

        assertThat(Said.of(call).body())
                .isEqualTo("event: message\ndata: {\"id\":2,\"result\":{}}\n\n"
                        + "event: message\ndata: {\"id\":1,\"result\":{}}\n\n");
    }

    @Test
    void anAcceptedNotificationIsA202WithNothing() {
        Said said = Said.of(post(session, "{\"method\":\"notifications/initialized\"}"));

        assertThat(said.status()).isEqualTo(202);
        assertThat(said.body()).isEmpty();
    }

    @Test
    void aServerThatDoesNotReadIsFull() {
        reading = false;

        Rejection refused = catchThrowableOfType(Rejection.class, () -> post(session, call("1", "1")));

        assertThat(refused.reason()).isEqualTo(Reason.SERVER_FULL);
        assertThat(refused.retryAfter()).isPresent();
    }

    @Test
    void requestsThatTheServerNeverAnswersAreBounded() {
        for (int i = 0; i < 1000; i++) {
            post(session, call("1", "1"));
        }

        Rejection refused = catchThrowableOfType(Rejection.class, () -> post(session, call("1", "1")));
        assertThat(refused.reason()).isEqualTo(Reason.SERVER_FULL);
    }

    @Test
    void aReaderWhoLeavesTooMuchLyingIsBrokenOff() {
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        AnswerBody body = new AnswerBody(() -> cancelled.complete(null));
        for (int i = 0; i < 3; i++) {
            body.write("x".repeat(600_000));
        }
        BackendClient.Answer answer = new BackendClient.Answer(200, List.of(), body);

        Said said = Said.of(new Told(answer));

        assertThat(said.brokeOff()).isTrue();
        assertThat(said.soFar()).isEmpty();
    }

    @Test
    void theEndOfTheServerEndsWhatWaits() {
        BackendClient.Call call = post(session, call("1", "1"));
        Said listening = Said.of(session.listen());

        session.closed(Reason.BACKEND_BROKE_OFF);

        assertThat(catchThrowableOfType(Rejection.class, () -> Said.of(call)).reason())
                .isEqualTo(Reason.BACKEND_BROKE_OFF);
        assertThat(listening.brokeOff()).isFalse();
        assertThat(catchThrowableOfType(Rejection.class, () -> post(session, call("1", "1")))
                        .reason())
                .isEqualTo(Reason.BACKEND_UNAVAILABLE);
    }

    private int status(String method, int code) {
        Conversation fresh = conversation(true);
        BackendClient.Call call = post(fresh, "{\"id\":\"a\",\"method\":\"" + method + "\"}");
        fresh.message("{\"id\":1,\"error\":{\"code\":" + code + ",\"message\":\"no\"}}");
        return Said.of(call).status();
    }

    private Conversation conversation(boolean ofModernEra) {
        Conversation conversation = new Conversation(ofModernEra, List.of(), reply -> {});
        conversation.over(channel);
        return conversation;
    }

    private static BackendClient.Call post(Conversation conversation, String body) {
        return conversation.post(List.of(), body.getBytes(StandardCharsets.UTF_8), true);
    }

    private static String call(String id, String token) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id
                + ",\"method\":\"tools/call\",\"params\":{\"_meta\":{\"progressToken\":" + token + "}}}";
    }
}
