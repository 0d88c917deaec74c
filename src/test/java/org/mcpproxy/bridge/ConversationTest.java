package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.CallerCredential;
import org.mcpproxy.relay.Header;
import org.mcpproxy.system.Waiting;
import org.mcpproxy.web.BodyBudget;

class ConversationTest {

    private static final CallerCredential NONE = () -> CompletableFuture.completedFuture(Optional.empty());

    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final List<Header> bearing = new CopyOnWriteArrayList<>();
    private final BodyBudget memory = new BodyBudget(10_000_000, 2_000_000);
    private final List<Outgoing> queued = new ArrayList<>();
    private boolean reading = true;
    private boolean queueing;

    private final Channel channel = new Channel() {
        @Override
        public boolean send(List<Outgoing> messages, List<Header> headers, Consumer<Rejection> undelivered) {
            bearing.addAll(headers);
            queued.addAll(messages);
            if (!queueing) {
                messages.forEach(ConversationTest.this::begin);
                messages.forEach(Outgoing::markSent);
            }
            return reading;
        }

        @Override
        public void sendAtOnce(String message, List<Header> headers) {
            bearing.addAll(headers);
            sent.add(message);
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

        post(session, cancellation("1"));
        post(session, cancellation("\"mine\""));

        assertThat(sent).containsExactly(cancellation("1"));
    }

    /** A server answers none of them: it should not (MCP 2025-11-25, Cancellation). */
    @Test
    void requestsThatTheirClientCancelsHoldNothing() {
        for (int i = 0; i < 1001; i++) {
            post(session, call("7", "1"));
            post(session, cancellation("7"));
        }

        assertThat(memory.held()).isZero();
        assertThat(session.isIdle(Duration.ZERO)).isTrue();
        BackendClient.Call next = post(session, call("7", "1"));
        session.message("{\"id\":1002,\"result\":{}}");
        assertThat(Said.of(next).body()).isEqualTo("{\"id\":7,\"result\":{}}");
    }

    /** The attack: a client that asks for a session where there are none ends the calls of its user's other clients. */
    @Test
    void aModernClientThatAsksForASessionEndsNothing() {
        BackendClient.Call other = post(modern, call("7", "1"));
        BackendClient.Call refused = post(modern, "{\"id\":8,\"method\":\"initialize\"}");
        BackendClient.Call left = post(modern, "{\"id\":9,\"method\":\"initialize\"}");

        modern.message("{\"id\":2,\"error\":{\"code\":-32601,\"message\":\"none\"}}");
        left.cancel();

        assertThat(Said.of(refused).status()).isEqualTo(404);
        assertThat(modern.isClosed()).isFalse();
        modern.message("{\"id\":1,\"result\":{}}");
        assertThat(Said.of(other).body()).isEqualTo("{\"id\":7,\"result\":{}}");
    }

    /** Else the answer to a call that took longer than a session may be idle would be the end of the session. */
    @Test
    void aLongCallDoesNotUseUpTheTimeThatASessionMayBeIdle() {
        BackendClient.Call call = post(session, call("7", "1"));
        long begun = System.nanoTime();
        Waiting.until("some time", Duration.ofSeconds(5), () -> System.nanoTime() - begun > 500_000_000);
        Duration since = Duration.ofNanos(System.nanoTime() - begun);

        session.message("{\"id\":1,\"result\":{}}");

        assertThat(Said.of(call).body()).isEqualTo("{\"id\":7,\"result\":{}}");
        assertThat(session.isIdle(since)).isFalse();
        assertThat(session.isIdle(Duration.ZERO)).isTrue();
    }

    /** A request of the older era goes on without its client, who may come back. */
    @Test
    void whoeverLeavesALongCallHasTheTimeOfASessionToComeBack() {
        BackendClient.Call call = post(session, call("7", "1"));
        session.message(progress(1, 1));
        Said stream = Said.of(call);
        long begun = System.nanoTime();
        Waiting.until("some time", Duration.ofSeconds(5), () -> System.nanoTime() - begun > 500_000_000);
        Duration since = Duration.ofNanos(System.nanoTime() - begun);

        stream.leave();

        assertThat(session.isIdle(since)).isFalse();
        assertThat(session.isIdle(Duration.ZERO)).isTrue();
    }

    @Test
    void theAnswerToACancelledRequestEndsWithoutAResponse() {
        BackendClient.Call begun = post(session, call("7", "1"));
        session.message(progress(1, 1));
        Said stream = Said.of(begun).awaitText("notifications/progress");
        BackendClient.Call silent = post(session, call("8", "2"));

        post(session, cancellation("7"));
        post(session, cancellation("8"));

        assertThat(stream.brokeOff()).isFalse();
        Said empty = Said.of(silent);
        assertThat(empty.status()).isEqualTo(200);
        assertThat(empty.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(empty.body()).isEmpty();
    }

    @Test
    void anAnswerThatComesAfterItsRequestWasCancelledIsDropped() {
        BackendClient.Call call = post(session, call("7", "\"t\""));
        BackendClient.Call other = post(session, call("7", "\"t\""));
        Said listening = Said.of(session.listen());

        post(session, cancellation("7"));
        session.message(progress(1, 1));
        session.message(created(1, "task"));
        session.message(progress(1, 1));
        session.message("{\"id\":2,\"result\":{}}");

        assertThat(Said.of(call).body()).isEmpty();
        assertThat(Said.of(other).body()).isEqualTo("{\"id\":7,\"result\":{}}");
        assertThat(listening.soFar()).isEmpty();
        assertThat(memory.held()).isZero();
    }

    @Test
    void aCancellationThatComesAfterTheAnswerDoesNothing() {
        BackendClient.Call call = post(session, call("7", "1"));
        session.message("{\"id\":1,\"result\":{}}");
        sent.clear();

        post(session, cancellation("7"));

        assertThat(sent).isEmpty();
        assertThat(Said.of(call).body()).isEqualTo("{\"id\":7,\"result\":{}}");
    }

    @Test
    void theOthersOfABatchAreAnsweredWhereOneIsCancelled() {
        BackendClient.Call last = post(session, "[" + call("1", "1") + "," + call("2", "2") + "]");
        session.message("{\"id\":1,\"result\":{}}");
        post(session, cancellation("2"));
        BackendClient.Call first = post(session, "[" + call("1", "1") + "," + call("2", "2") + "]");
        post(session, cancellation("1"));
        session.message("{\"id\":4,\"result\":{}}");
        BackendClient.Call all = post(session, "[" + call("1", "1") + "," + cancellation("1") + "]");

        assertThat(Said.of(last).body()).isEqualTo("event: message\ndata: {\"id\":1,\"result\":{}}\n\n");
        assertThat(Said.of(first).body()).isEqualTo("event: message\ndata: {\"id\":2,\"result\":{}}\n\n");
        assertThat(Said.of(all).body()).isEmpty();
        assertThat(memory.held()).isZero();
    }

    @Test
    void aCancellationTakesNoResponseWithItThatIsBeingWritten() {
        BackendClient.Call call = post(session, "[" + call("1", "1") + "," + call("2", "2") + "]");
        call.answer().thenRun(() -> post(session, cancellation("2")));

        session.message("{\"id\":1,\"result\":{}}");

        assertThat(Said.of(call).body()).isEqualTo("event: message\ndata: {\"id\":1,\"result\":{}}\n\n");
    }

    @Test
    void aCancellationThatIsRefusedCancelsNothing() {
        BackendClient.Call call = post(session, call("7", "1"));
        reading = false;
        catchThrowableOfType(Rejection.class, () -> post(session, cancellation("7")));

        session.message("{\"id\":1,\"result\":{}}");

        assertThat(Said.of(call).body()).isEqualTo("{\"id\":7,\"result\":{}}");
    }

    /** Clients must not (MCP 2025-11-25, Cancellation). */
    @Test
    void nobodyCancelsWhatOpensTheSession() {
        BackendClient.Call opening = post(session, "{\"id\":0,\"method\":\"initialize\"}");
        sent.clear();

        post(session, cancellation("0"));
        session.message("{\"id\":1,\"result\":{}}");

        assertThat(sent).isEmpty();
        assertThat(Said.of(opening).body()).isEqualTo("{\"id\":0,\"result\":{}}");
    }

    @Test
    void anotherClientsModernRequestCannotBeCancelledByItsNumber() {
        post(modern, call("7", "1"));
        sent.clear();

        post(modern, cancellation("1"));
        post(modern, cancellation("7"));

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
        post(modern, call("7", "1"));
        sent.clear();

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

    /** It gets what it has asked for, and a call beside it what belongs to no other. */
    @Test
    void whatNamesNoSubscriptionIsToldToTheOneCallUnderWay() {
        BackendClient.Call subscription = post(modern, "{\"id\":\"sub\",\"method\":\"subscriptions/listen\"}");
        modern.message("{\"method\":\"notifications/message\",\"params\":{\"data\":\"to nobody\"}}");
        BackendClient.Call call = post(modern, call("8", "1"));
        modern.message("{\"method\":\"notifications/message\",\"params\":{\"data\":\"of the call\"}}");
        modern.message("{\"id\":2,\"result\":{}}");
        modern.message("{\"id\":1,\"result\":{}}");

        assertThat(Said.of(call).body()).contains("of the call").doesNotContain("to nobody");
        assertThat(Said.of(subscription).body()).doesNotContain("of the call", "to nobody");
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
    void aBatchWithOneRequestIsAnsweredByAnArray() {
        for (String body : List.of(
                "[{\"id\":\"a\",\"method\":\"a\"}]",
                "[{\"id\":\"a\",\"method\":\"a\"},{\"method\":\"notifications/n\"}]")) {
            Conversation fresh = conversation(false);
            BackendClient.Call call = post(fresh, body);
            fresh.message("{\"id\":1,\"result\":{}}");
            Said said = Said.of(call);

            assertThat(said.header("Content-Type")).isEqualTo("application/json");
            assertThat(said.body()).isEqualTo("[{\"id\":\"a\",\"result\":{}}]");
        }
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
        BackendClient.Call call = post(modern, call("7", "1"));
        for (int i = 0; i < 3; i++) {
            modern.message(progress(1, 600_000));
        }

        Said said = Said.of(call);

        assertThat(said.failure()).isEqualTo(Reason.ANSWER_UNREAD);
        assertThat(said.soFar()).isEmpty();
        assertThat(memory.held()).isZero();
    }

    @Test
    void aModernRequestWhoseReaderLeftTooMuchLyingIsCancelled() {
        post(modern, call("7", "1"));
        sent.clear();

        for (int i = 0; i < 3; i++) {
            modern.message(progress(1, 600_000));
        }

        assertThat(sent).singleElement().asString().contains("notifications/cancelled", "\"requestId\":1,");
    }

    /** Each is within its own bound. */
    @Test
    void whatOneUserLeavesUnreadInManyAnswersIsBounded() {
        List<BackendClient.Call> calls = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            calls.add(post(modern, call("7", "1")));
            modern.message(progress(i, 900_000));
        }

        assertThat(memory.held()).isLessThan(2_000_000);
        assertThat(Said.of(calls.get(2)).failure()).isEqualTo(Reason.ANSWER_UNREAD);
        Said.of(calls.get(0)).awaitText("progress");
        Conversation ofAnother = conversation(true, "another");
        BackendClient.Call other = post(ofAnother, call("7", "1"));
        ofAnother.message(progress(1, 900_000));
        Said.of(other).awaitText("progress");
    }

    @Test
    void whatAllLeaveUnreadIsBounded() {
        for (int i = 0; i < 12; i++) {
            Conversation one = conversation(true, "user" + i);
            post(one, call("7", "1"));
            one.message(progress(1, 950_000));
        }

        assertThat(memory.held()).isBetween(8_000_000L, 10_000_000L);
    }

    @Test
    void aResponseThatThereIsNoRoomForIsAnErrorInItsPlace() {
        post(modern, call("7", "1"));
        modern.message(progress(1, 1_000_000));
        BackendClient.Call alone = post(modern, call("8", "1"));
        BackendClient.Call stream = post(modern, call("\"nine\"", "1"));
        modern.message(progress(3, 10));
        Said streamed = Said.of(stream);

        modern.message("{\"id\":2,\"result\":{\"text\":\"" + "x".repeat(1_100_000) + "\"}}");
        modern.message("{\"id\":3,\"result\":{\"text\":\"" + "x".repeat(1_100_000) + "\"}}");

        Rejection refused = catchThrowableOfType(Rejection.class, () -> Said.of(alone));
        assertThat(refused.reason()).isEqualTo(Reason.ANSWER_UNREAD);
        assertThat(refused.retryAfter()).as("it was done").isEmpty();
        assertThat(refused.reason().status()).isEqualTo(502);
        assertThat(streamed.body()).contains("\"id\":\"nine\",\"error\":{\"code\":-32603");
        assertThat(streamed.failure()).isEqualTo(Reason.ANSWER_UNREAD);
    }

    @Test
    void aListenerWhoLeavesTooMuchLyingListensNoMore() {
        BackendClient.Call call = session.listen();
        session.message(news(1_100_000));
        session.message(news(1_100_000));

        assertThat(Said.of(call).failure()).isEqualTo(Reason.ANSWER_UNREAD);
        session.message("{\"method\":\"notifications/tools/list_changed\"}");
        assertThat(session.isIdle(Duration.ZERO)).isTrue();
        Said.of(session.listen()).awaitText("list_changed");
    }

    @Test
    void whatWaitsForAListenerHoldsItsPartAndGivesItBack() {
        for (int i = 0; i < 10; i++) {
            session.message(news(100_000));
        }
        assertThat(memory.held()).isBetween(100_000L, 256L * 1024);

        Said.of(session.listen()).awaitText("news");
        assertThat(memory.held()).isZero();
        session.message(news(100_000));
        session.closed(Reason.BACKEND_BROKE_OFF);
        session.message(news(100_000));
        assertThat(memory.held()).isZero();
    }

    /** Of a task it comes after the answer to the request that it was made of (MCP 2025-11-25, Tasks). */
    @Test
    void theProgressOfATaskGoesToTheListenerWithItsClientsOwnToken() {
        post(session, call("7", "\"t\""));
        session.message(created(1, "task"));
        Said stream = Said.of(session.listen());

        session.message(progress(1, 1));
        stream.awaitText("\"progressToken\":\"t\"");

        session.message(
                "{\"method\":\"notifications/tasks/status\",\"params\":{\"taskId\":\"task\",\"status\":\"working\"}}");
        session.message(progress(1, 2));
        stream.awaitText("notifications/tasks/status").awaitText("\"message\":\"xx\"");
    }

    @Test
    void theTokenOfATaskEndsWithIt() {
        Said stream = Said.of(session.listen());
        List<String> ends = List.of(
                "{\"method\":\"notifications/tasks/status\",\"params\":{\"taskId\":\"task\",\"status\":\"failed\"}}",
                "{\"id\":%d,\"result\":{\"taskId\":\"task\",\"status\":\"completed\"}}");
        for (int i = 0; i < ends.size(); i++) {
            int number = 2 * i + 1;
            post(session, call("7", "\"t\""));
            post(session, "{\"id\":8,\"method\":\"tasks/get\",\"params\":{\"taskId\":\"task\"}}");
            session.message(created(number, "task"));
            session.message(ends.get(i).formatted(number + 1));

            session.message(progress(number, 1));
        }
        session.message(news(1));

        stream.awaitText("news");
        assertThat(stream.soFar()).doesNotContain("notifications/progress");
    }

    @Test
    void progressOfWhatIsNoTaskIsDroppedOnceItsRequestIsAnswered() {
        post(session, call("7", "\"t\""));
        session.message("{\"id\":1,\"result\":{\"taskId\":\"task\",\"status\":\"working\"}}");
        Said stream = Said.of(session.listen());

        session.message(progress(1, 1));
        session.message(progress(2, 1));
        session.message(news(1));

        stream.awaitText("news");
        assertThat(stream.soFar()).doesNotContain("notifications/progress");
    }

    @Test
    void theTokensOfTasksAreBoundedAndTheOldestGo() {
        for (int i = 1; i <= 300; i++) {
            becomeTask(i, "task" + i);
        }
        long held = memory.held();
        Said stream = Said.of(session.listen());

        for (int i = 1; i <= 300; i++) {
            session.message(progress(i, 1));
        }
        session.message(news(1));

        stream.awaitText("news");
        assertThat(stream.soFar()).doesNotContain("\"t200\"").contains("\"t201\"", "\"t300\"");
        assertThat(held).isLessThan(300 * 1024);
        session.closed(Reason.BACKEND_BROKE_OFF);
        assertThat(memory.held()).isZero();
    }

    /** A server chooses the names of its tasks, and what they take is missing to its own answers. */
    @Test
    void aTaskWithANameOfAnyLengthHoldsNothing() {
        for (int i = 1; i <= 10; i++) {
            becomeTask(i, "x".repeat(300_000));
        }

        assertThat(memory.held()).isZero();
    }

    /** The request with this number, whose client reads of it. */
    private void becomeTask(int number, String task) {
        BackendClient.Call call = post(session, call("7", "\"t" + number + "\""));
        session.message(created(number, task));
        assertThat(Said.of(call).body()).contains(task);
    }

    /** In a session they stay, though their clients have gone. */
    @Test
    void requestsHoldTheirPartUntilTheyAreAnswered() {
        String id = '"' + "i".repeat(600_000) + '"';
        for (int i = 0; i < 3; i++) {
            post(session, "{\"id\":" + id + ",\"method\":\"a\"}");
        }

        Rejection refused = catchThrowableOfType(
                Rejection.class,
                () -> post(session, "[{\"id\":1,\"method\":\"a\"},{\"id\":" + id + ",\"method\":\"a\"}]"));

        assertThat(refused.reason()).isEqualTo(Reason.SERVER_FULL);
        assertThat(memory.held()).isBetween(1_800_000L, 1_810_000L);
        session.closed(Reason.BACKEND_BROKE_OFF);
        assertThat(memory.held()).isZero();
    }

    @Test
    void anAnswerThatItsClientGaveUpHoldsNothing() {
        BackendClient.Call call = post(session, "[" + call("1", "1") + "," + call("2", "2") + "]");
        session.message("{\"id\":1,\"result\":{}}");
        Said.of(call).leave();
        session.message("{\"id\":2,\"result\":{}}");

        assertThat(memory.held()).isZero();
        assertThat(memory.owners()).isZero();
    }

    /** What the request bore may have expired. */
    @Test
    void aCancellationBearsACredentialThatIsFreshThen() {
        CompletableFuture<Optional<Header>> fresh = new CompletableFuture<>();
        BackendClient.Call call = modern.post(
                new Sender(List.of(new Header("authorization", "Bearer old"), new Header("Baggage", "b")), () -> fresh),
                call("7", "1").getBytes(StandardCharsets.UTF_8),
                true);
        sent.clear();
        bearing.clear();

        call.cancel();
        assertThat(sent).isEmpty();
        fresh.complete(Optional.of(new Header("Authorization", "Bearer new")));

        assertThat(sent).singleElement().asString().contains("notifications/cancelled");
        assertThat(bearing)
                .containsExactlyInAnyOrder(new Header("Baggage", "b"), new Header("Authorization", "Bearer new"));
    }

    @Test
    void aCancellationBearsTheOldCredentialWhereThereIsNoNewOne() {
        CallerCredential none = () -> CompletableFuture.failedFuture(Rejection.of(Reason.TOKEN_REVOKED));
        BackendClient.Call call = modern.post(
                new Sender(List.of(new Header("Authorization", "Bearer old")), none),
                call("7", "1").getBytes(StandardCharsets.UTF_8),
                true);
        bearing.clear();

        call.cancel();

        assertThat(bearing).containsExactly(new Header("Authorization", "Bearer old"));
    }

    @Test
    void aCancellationWaitsForNoCredentialLongerThanItMay() {
        CompletableFuture<Optional<Header>> late = new CompletableFuture<>();
        BackendClient.Call call = modern.post(
                new Sender(List.of(new Header("Authorization", "Bearer old")), () -> late),
                call("7", "1").getBytes(StandardCharsets.UTF_8),
                true);
        sent.clear();
        bearing.clear();

        call.cancel();

        Waiting.until("the cancellation", Duration.ofSeconds(1), () -> !sent.isEmpty());
        assertThat(bearing).containsExactly(new Header("Authorization", "Bearer old"));
        assertThat(memory.held()).as("of what still waits for one").isPositive();
        late.complete(Optional.empty());
        assertThat(memory.held()).isZero();
        assertThat(sent).hasSize(1);
    }

    /** A server must not see the cancellation of a request that it has not seen. */
    @Test
    void aCancellationIsSentOnceItsRequestHasBeen() {
        queueing = true;
        BackendClient.Call call = post(modern, call("7", "1"));
        begin(queued.get(0));
        sent.clear();

        call.cancel();
        assertThat(sent).isEmpty();
        queued.get(0).markSent();

        assertThat(sent).singleElement().asString().contains("notifications/cancelled", "\"requestId\":1,");
    }

    @Test
    void aRequestThatWaitsIsWithdrawnAndNothingIsSaidOfIt() {
        queueing = true;
        BackendClient.Call call = post(modern, call("7", "1"));

        call.cancel();
        queued.forEach(this::begin);
        queued.forEach(Outgoing::markSent);

        assertThat(sent).isEmpty();
    }

    /** It is bounded what waits for a fresh credential: the cancellation is more urgent. */
    @Test
    void aCancellationThatMayNotWaitGoesAtOnceWithTheOldCredential() {
        Header old = new Header("Authorization", "Bearer " + "x".repeat(10_000));
        BackendClient.Call call = modern.post(
                new Sender(List.of(old), CompletableFuture::new),
                call("7", "1").getBytes(StandardCharsets.UTF_8),
                true);
        sent.clear();
        bearing.clear();
        fillWithOthers();

        call.cancel();

        assertThat(sent).singleElement().asString().contains("notifications/cancelled");
        assertThat(bearing).containsExactly(old);
    }

    /** What waits for a listener has its room already. */
    @Test
    void nothingThatWaitedIsLostWhereOthersHoldTheRest() {
        for (int i = 0; i < 3; i++) {
            session.message(news(60_000).replace("news", "news " + i + " "));
        }
        fillWithOthers();
        long before = memory.held();

        BackendClient.Call listening = session.listen();

        assertThat(memory.held()).isEqualTo(before);
        Said.of(listening).awaitText("news 0 ").awaitText("news 1 ").awaitText("news 2 ");
    }

    private void fillWithOthers() {
        int others = 0;
        for (int size = 1_000_000; size > 0; size /= 2) {
            while (memory.share("other " + others).take(size)) {
                others++;
            }
        }
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
        return conversation(ofModernEra, "ada");
    }

    private Conversation conversation(boolean ofModernEra, String holder) {
        Conversation conversation = new Conversation(ofModernEra, List.of(), new Room(memory, holder), reply -> {});
        conversation.over(channel);
        return conversation;
    }

    private static BackendClient.Call post(Conversation conversation, String body) {
        return conversation.post(new Sender(List.of(), NONE), body.getBytes(StandardCharsets.UTF_8), true);
    }

    private void begin(Outgoing message) {
        message.begin().ifPresent(sent::add);
    }

    private static String created(int number, String task) {
        return "{\"id\":" + number + ",\"result\":{\"task\":{\"taskId\":\"" + task + "\",\"status\":\"working\"}}}";
    }

    private static String news(int length) {
        return "{\"method\":\"notifications/message\",\"params\":{\"data\":\"news" + "x".repeat(length) + "\"}}";
    }

    private static String progress(int number, int length) {
        return "{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":" + number + ",\"message\":\""
                + "x".repeat(length) + "\"}}";
    }

    private static String cancellation(String id) {
        return "{\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id + "}}";
    }

    private static String call(String id, String token) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id
                + ",\"method\":\"tools/call\",\"params\":{\"_meta\":{\"progressToken\":" + token + "}}}";
    }
}
