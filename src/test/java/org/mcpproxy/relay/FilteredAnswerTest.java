package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.BodyBudget;

/** Lists on their way to the client, in whatever pieces the network cuts them. */
class FilteredAnswerTest {

    private static final int MOST = 1000;
    private static final String LIST =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"ä\"},{\"name\":\"secret\"}]}}";
    private static final String LEFT = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"ä\"}]}}";
    private static final String ERROR = "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}";

    private final ListedThings things = new ListedThings((kind, name) -> !name.equals("secret"));
    private final BodyBudget budget = new BodyBudget(10_000_000, 10_000_000);
    private int refused;

    @Test
    void aJsonAnswerIsFilteredHoweverItIsCut() {
        for (int cut = 1; cut < bytes(LIST).length; cut++) {
            assertThat(json(200, cut(LIST, cut)).text()).isEqualTo(LEFT);
        }
        assertThat(json(200, bytewise(LIST)).text()).isEqualTo(LEFT);
    }

    @Test
    void whatHasComeWholeIsWholeAgain() {
        assertThat(whole(200, LIST, Optional.empty())).isEqualTo(LEFT);
        assertThat(whole(200, "", Optional.empty())).isEmpty();
        assertThat(whole(200, "no json", Optional.of(bytes(ERROR)))).isEqualTo(ERROR);
        assertThat(refused).isEqualTo(1);
        assertThatThrownBy(() -> whole(200, "x".repeat(MOST + 1), Optional.empty()))
                .hasMessage(Reason.POLICY_CANNOT_READ.name());
    }

    private String whole(int status, String text, Optional<byte[]> error) {
        WholeBody body = new WholeBody(text.isEmpty() ? List.of() : List.of(ByteBuffer.wrap(bytes(text))));
        WholeBody filtered = (WholeBody) FilteredAnswer.of(
                        new BackendClient.Answer(status, List.of(new Header("Content-Type", "application/json")), body),
                        things,
                        new Withheld(MOST, budget.share("alice")),
                        null,
                        error,
                        () -> refused++)
                .body();
        return filtered.parts().stream()
                .map(part -> StandardCharsets.UTF_8.decode(part).toString())
                .collect(Collectors.joining());
    }

    @Test
    void theLengthOfTheWholeIsNotSaid() {
        BackendClient.Answer answer = FilteredAnswer.of(
                new BackendClient.Answer(
                        200,
                        List.of(
                                new Header("Content-Type", "application/json"),
                                new Header("content-length", "100"),
                                new Header("ETag", "a")),
                        new Source(List.of())),
                things,
                new Withheld(MOST, budget.share("alice")),
                null,
                Optional.empty(),
                () -> {});
        assertThat(answer.headers()).containsExactly(new Header("Content-Type", "application/json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void theEventWithTheListIsFilteredHoweverItIsCut(String end) {
        String before = ": hello" + end + "retry: 5" + end + end + "id: 1" + end + "data:" + end + end
                + "event: message" + end + "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}" + end
                + end
                + "data: plain" + end + end;
        String stream =
                before + "id: 2" + end + "data: " + LIST + end + "event: message" + end + end + "data: {}" + end + end;
        String head = before + "id: 2" + end;
        String tail = "data: {}" + end + end;
        for (int cut = 1; cut < bytes(stream).length; cut++) {
            assertFiltered(events(cut(stream, cut)), head, tail);
        }
        assertFiltered(events(bytewise(stream)), head, tail);
    }

    private static void assertFiltered(Client client, String head, String tail) {
        assertThat(client.text())
                .startsWith(head + "data: " + LEFT + "\nevent: message\n\n")
                .endsWith(tail);
        assertThat(client.text()).doesNotContain("secret");
        assertThat(client.completed).isTrue();
    }

    @Test
    void aListOverSeveralLinesOfDataIsFiltered() {
        assertThat(events(whole("data: " + LIST.replace(",", ",\ndata: ") + "\n\n"))
                        .text())
                .isEqualTo("data: " + LEFT.replace(",", ",\ndata: ") + "\n\n");
    }

    @Test
    void aByteOrderMarkHidesNothing() {
        assertThat(events(whole("\uFEFFdata: " + LIST + "\n\n")).text()).doesNotContain("secret");
    }

    @Test
    void anEventThatIsCutOffShowsNothing() {
        assertThat(events(whole("data: " + LIST)).text()).doesNotContain("secret");
        assertThat(events(whole("data: " + LIST.substring(0, LIST.length() - 1)))
                        .text())
                .isEmpty();
        assertThat(events(whole("data: plain")).text()).isEqualTo("data: plain");
    }

    @Test
    void eachEventGoesOnAsSoonAsItIsWhole() {
        Source source = new Source(List.of());
        Client client = subscribe(200, "text/event-stream", source, Optional.of(bytes(ERROR)));
        client.ask();
        source.send("id: 1\nda");
        assertThat(client.text()).isEqualTo("id: 1\n");
        client.ask();
        source.send("ta: {\"a\":1}\n");
        assertThat(client.text()).isEqualTo("id: 1\n");
        source.send("\nid: 2");
        assertThat(client.text()).isEqualTo("id: 1\ndata: {\"a\":1}\n\n");
    }

    /** What is held back is not what the client asked for. */
    @Test
    void noMoreIsAskedOfTheBackendThanTheClientAsksFor() {
        Source source = new Source(List.of());
        Client client = subscribe(200, "text/event-stream", source, Optional.of(bytes(ERROR)));
        assertThat(source.demand).isZero();
        client.ask();
        source.send("data: {");
        assertThat(source.demand).isEqualTo(1);
        source.send("}\n\n");
        assertThat(source.demand).isZero();
    }

    @Test
    void whatIsLeftAtTheEndWaitsForTheClient() {
        Source source = new Source(List.of());
        Client client = subscribe(200, "text/event-stream", source, Optional.of(bytes(ERROR)));
        client.ask();
        source.send("id: 1\ndata: plain");
        source.end();
        assertThat(client.text()).isEqualTo("id: 1\n");
        assertThat(client.completed).isFalse();
        client.ask();
        assertThat(client.text()).isEqualTo("id: 1\ndata: plain");
        assertThat(client.completed).isTrue();
    }

    @Test
    void aListThatIsTooLargeIsRefused() {
        String large = "{\"x\":\"" + "y".repeat(MOST) + "\"}";
        Client json = json(200, whole(large));
        assertThat(json.text()).isEqualTo(ERROR);
        assertThat(json.completed).isTrue();
        Client events = events(whole("data: {\"a\":1}\n\nid: 2\ndata: " + large + "\n\n", "data: {\"b\":1}\n\n"));
        assertThat(events.text()).isEqualTo("data: {\"a\":1}\n\nid: 2\ndata: " + ERROR + "\n\n");
        assertThat(events.completed).isTrue();
        assertThat(refused).isEqualTo(2);
    }

    @Test
    void aListForWhichThereIsNoRoomIsRefused() {
        BodyBudget.Share others = budget.share("bob");
        others.take(9_999_500);
        assertThat(json(200, whole(LIST)).text()).isEqualTo(ERROR);
        others.close();
        assertThat(json(200, whole(LIST)).text()).isEqualTo(LEFT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "{\"a\":1,\"a\":2}", "\uFEFF{\"result\":{\"tools\":[]}}", "{} {}"})
    void whatIsNoJsonIsRefusedWhereAListWasAskedFor(String body) {
        assertThat(json(200, whole(body)).text()).isEqualTo(ERROR);
        assertThat(refused).isEqualTo(1);
    }

    @Test
    void jsonInUtf16IsRefused() {
        Source source = new Source(List.of(LIST.getBytes(StandardCharsets.UTF_16)));
        Client client = subscribe(200, "application/json; charset=utf-16", source, Optional.of(bytes(ERROR)));
        assertThat(client.run(source).text()).isEqualTo(ERROR);
    }

    @Test
    void anErrorsWordsGoOnAsTheyAre() {
        assertThat(json(400, whole("no such session")).text()).isEqualTo("no such session");
        assertThat(json(400, whole(LIST)).text()).isEqualTo(LEFT);
        assertThat(json(202, whole()).text()).isEmpty();
    }

    @Test
    void aResumedStreamBreaksOffWhereItCannotBeJudged() {
        Source source = new Source(List.of(bytes("data: {\"a\":1,\"a\":2}\n\n")));
        Client client = subscribe(200, "text/event-stream", source, Optional.empty());
        client.run(source);
        assertThat(client.text()).isEmpty();
        assertThat(client.failure).isInstanceOf(Rejection.class);
        assertThat(source.cancelled).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "identity, gzip"})
    void aCompressedAnswerIsRefused(String coding) {
        BackendClient.Answer answer =
                new BackendClient.Answer(200, List.of(new Header("Content-Encoding", coding)), new Source(List.of()));
        assertThatThrownBy(() -> FilteredAnswer.of(
                        answer, things, new Withheld(MOST, budget.share("a")), null, Optional.empty(), () -> {}))
                .isInstanceOfSatisfying(
                        Rejection.class, e -> assertThat(e.reason()).isEqualTo(Reason.POLICY_CANNOT_READ));
    }

    private Client json(int status, List<String> parts) {
        Source source = source(parts);
        return subscribe(status, "application/json", source, Optional.of(bytes(ERROR)))
                .run(source);
    }

    private Client events(List<String> parts) {
        Source source = source(parts);
        return subscribe(200, "text/event-stream", source, Optional.of(bytes(ERROR)))
                .run(source);
    }

    private Client subscribe(int status, String type, Source source, Optional<byte[]> error) {
        Client client = new Client();
        FilteredAnswer.of(
                        new BackendClient.Answer(status, List.of(new Header("Content-Type", type)), source),
                        things,
                        new Withheld(MOST, budget.share("alice")),
                        null,
                        error,
                        () -> refused++)
                .body()
                .subscribe(client);
        return client;
    }

    private static Source source(List<String> parts) {
        return new Source(parts.stream()
                .map(part -> part.getBytes(StandardCharsets.ISO_8859_1))
                .toList());
    }

    /** In two, at any byte; each byte is one sign here. */
    private static List<String> cut(String text, int at) {
        byte[] all = bytes(text);
        return List.of(raw(Arrays.copyOf(all, at)), raw(Arrays.copyOfRange(all, at, all.length)));
    }

    private static List<String> whole(String... parts) {
        return Arrays.stream(parts).map(part -> raw(bytes(part))).toList();
    }

    private static List<String> bytewise(String text) {
        List<String> parts = new ArrayList<>();
        for (byte one : bytes(text)) {
            parts.add(raw(new byte[] {one}));
        }
        return parts;
    }

    private static String raw(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Sends one part for each that is asked for. */
    private static final class Source implements Flow.Publisher<List<ByteBuffer>>, Flow.Subscription {

        private final List<byte[]> parts;
        private Flow.Subscriber<? super List<ByteBuffer>> subscriber;
        private long demand;
        private boolean cancelled;

        Source(List<byte[]> parts) {
            this.parts = new ArrayList<>(parts);
        }

        @Override
        public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> given) {
            subscriber = given;
            given.onSubscribe(this);
        }

        @Override
        public void request(long more) {
            demand += more;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        void send(String text) {
            send(bytes(text));
        }

        void send(byte[] part) {
            demand--;
            subscriber.onNext(List.of(ByteBuffer.wrap(part)));
        }

        void end() {
            subscriber.onComplete();
        }
    }

    /** Asks for one part after the other. */
    private final class Client implements Flow.Subscriber<List<ByteBuffer>> {

        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private Flow.Subscription subscription;
        private boolean completed;
        private Throwable failure;
        private int asked;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            asked--;
            assertThat(asked).as("what was asked for").isNotNegative();
            parts.forEach(part -> received.writeBytes(Arrays.copyOf(part.array(), part.limit())));
        }

        @Override
        public void onError(Throwable cause) {
            failure = cause;
        }

        @Override
        public void onComplete() {
            completed = true;
        }

        void ask() {
            asked++;
            subscription.request(1);
        }

        /** Until the backend has sent all, and the client has it. */
        Client run(Source source) {
            for (byte[] part : source.parts) {
                askWhereNothingIsAskedFor();
                source.send(part);
            }
            source.end();
            askWhereNothingIsAskedFor();
            return this;
        }

        private void askWhereNothingIsAskedFor() {
            if (asked == 0 && !completed) {
                ask();
            }
        }

        String text() {
            return received.toString(StandardCharsets.UTF_8);
        }
    }
}
