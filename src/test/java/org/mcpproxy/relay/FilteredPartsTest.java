package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.system.Waiting;
import org.mcpproxy.web.BodyBudget;
import org.mcpproxy.web.RequestThreads;

/** What takes long of an answer is done where nobody else's answers wait for it. */
class FilteredPartsTest {

    private static final int MEBIBYTE = 1024 * 1024;
    private static final int MOST = 4 * MEBIBYTE;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String EVENTS = "text/event-stream";
    private static final String JSON = "application/json";
    private static final String SMALL = "data: {\"a\":1}\n\n";
    private static final String ERROR = "{\"error\":{}}";

    private final BodyBudget budget = new BodyBudget(100 * MOST, 100 * MOST);
    private final List<String> judgedOn = new CopyOnWriteArrayList<>();
    private final List<String> holders = new CopyOnWriteArrayList<>();
    private final RequestThreads threads = new RequestThreads();
    private final Turn turn = new Turn();
    private final Source source = new Source();
    private volatile Runnable whileJudged = () -> {};
    private int refused;

    @AfterEach
    void stop() {
        threads.close();
        turn.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {EVENTS, JSON})
    void aListOfAMebibyteIsNotJudgedOnTheThreadThatBringsIt(String type) {
        Client client = subscribe(type, source, threads, "alice");
        String list = list(MEBIBYTE);

        client.ask();
        source.send(type.equals(EVENTS) ? event(list) : list);
        source.end();
        Waiting.until("its end", PATIENCE, () -> client.completed);

        assertThat(judgedOn).isNotEmpty().allMatch(thread -> thread.startsWith("request-large"));
        assertThat(client.text()).doesNotContain("secret").contains("open");
        assertThat(client.threads).doesNotContain(Thread.currentThread().getName());
    }

    @Test
    void whatIsSmallIsJudgedAtOnce() {
        Client client = subscribe(EVENTS, source, turn, "alice");

        client.ask();
        source.send(event(list(32 * 1024)));

        assertThat(client.text()).contains("open").doesNotContain("secret");
        assertThat(judgedOn).containsOnly(Thread.currentThread().getName());
        assertThat(turn.waiting).isEmpty();
    }

    /** Its end is what makes a long event dear: until then no part of it waits. */
    @Test
    void onlyTheEndOfALongEventWaits() {
        Client client = subscribe(EVENTS, source, turn, "alice");
        String event = event(list(MEBIBYTE));

        client.ask();
        source.send(event.substring(0, event.length() / 2));
        source.send(event.substring(event.length() / 2, event.length() - 1));
        assertThat(turn.waiting).isEmpty();
        source.send(event.substring(event.length() - 1));

        assertThat(turn.waiting).hasSize(1);
    }

    @Test
    void partsKeepTheirOrderAndTheNextIsAskedForAfterwards() {
        Client client = subscribe(EVENTS, source, turn, "alice");

        client.ask();
        source.send(SMALL + event(list(MEBIBYTE)) + event(list(MEBIBYTE)) + "data: {\"b\":2}\n\ndata: {");
        client.ask();
        assertThat(client.text()).isEmpty();
        assertThat(source.demand).isZero();
        turn.go();
        assertThat(client.text()).startsWith(SMALL + "data: {").endsWith("}\n\ndata: {\"b\":2}\n\n");
        assertThat(client.text()).doesNotContain("secret");
        assertThat(holders).hasSize(2);
        assertThat(source.demand).isEqualTo(1);

        source.send("\"c\":3}\n\n");
        assertThat(client.text()).endsWith("{\"b\":2}\n\ndata: {\"c\":3}\n\n");
    }

    @Test
    void anEndThatComesMeanwhileWaits() {
        Client client = subscribe(EVENTS, source, turn, "alice");

        client.ask();
        source.send(event(list(MEBIBYTE)) + "data: plain");
        source.end();
        assertThat(client.completed).isFalse();
        turn.go();

        assertThat(client.text()).contains("open").endsWith("\n\n");
        assertThat(client.completed).isFalse();
        client.ask();
        assertThat(client.text()).endsWith("\n\ndata: plain");
        assertThat(client.completed).isTrue();
    }

    @Test
    void aFailureThatComesMeanwhileWaits() {
        Client client = subscribe(EVENTS, source, turn, "alice");
        IOException failure = new IOException();

        client.ask();
        source.send(event(list(MEBIBYTE)));
        source.subscriber.onError(failure);
        assertThat(client.failure).isNull();
        turn.go();

        assertThat(client.text()).contains("open");
        assertThat(client.failure).isSameAs(failure);
        assertThat(client.completed).isFalse();
    }

    @Test
    void aLongEventThatIsCutOffIsJudgedAsideToo() {
        Client client = subscribe(EVENTS, source, turn, "alice");
        String event = event(list(MEBIBYTE));

        client.ask();
        source.send(event.substring(0, event.length() - 2));
        source.end();
        assertThat(judgedOn).isEmpty();
        turn.go();

        assertThat(client.text()).contains("open").doesNotContain("secret");
        assertThat(client.completed).isTrue();
    }

    @Test
    void whatCannotBeJudgedIsRefusedAside() {
        Client client = subscribe(JSON, source, turn, "alice");

        client.ask();
        source.send("x".repeat(MEBIBYTE));
        source.end();
        assertThat(refused).isZero();
        turn.go();

        assertThat(client.text()).isEqualTo(ERROR);
        assertThat(client.completed).isTrue();
        assertThat(refused).isEqualTo(1);
    }

    @Test
    void whatIsCancelledBeforeItsTurnIsNotJudged() {
        Client client = subscribe(EVENTS, source, turn, "alice");

        client.ask();
        source.send(event(list(MEBIBYTE)));
        client.subscription.cancel();
        turn.go();

        assertThat(source.cancelled).isTrue();
        assertThat(judgedOn).isEmpty();
        assertThat(client.text()).isEmpty();
    }

    /** Its share of the memory has been given back: a row of answers that are cancelled would fill the heap. */
    @Test
    void whatIsCancelledIsNotHeldUntilItsTurn() {
        Source gone = new Source();
        WeakReference<Source> held = new WeakReference<>(gone);
        cancelDuringWork(gone);
        gone = null;

        Waiting.until("that nothing holds it", PATIENCE, () -> {
            System.gc();
            return held.get() == null;
        });
        assertThat(turn.waiting).hasSize(1);
    }

    private void cancelDuringWork(Source gone) {
        Client client = subscribe(EVENTS, gone, turn, "alice");
        client.ask();
        gone.send(event(list(MEBIBYTE)));
        client.subscription.cancel();
    }

    @Test
    void whatIsCancelledDuringItsTurnIsNotDelivered() {
        Client client = subscribe(EVENTS, source, turn, "alice");

        client.ask();
        source.send(event(list(MEBIBYTE)));
        whileJudged = client.subscription::cancel;
        turn.go();

        assertThat(source.cancelled).isTrue();
        assertThat(judgedOn).isNotEmpty();
        assertThat(client.text()).isEmpty();
        assertThat(client.completed).isFalse();
    }

    @Test
    void whereThereIsNoRoomTheAnswerBreaksOff() {
        Client client = subscribe(EVENTS, source, turn, "alice");
        turn.full = true;

        client.ask();
        source.send(event(list(MEBIBYTE)));
        source.end();

        assertThat(client.failure)
                .isInstanceOfSatisfying(
                        Rejection.class, e -> assertThat(e.reason()).isEqualTo(Reason.SERVER_FULL));
        assertThat(source.cancelled).isTrue();
        assertThat(client.text()).isEmpty();
        assertThat(client.completed).isFalse();
    }

    @Test
    void whatNobodyForesawBreaksTheAnswerOff() {
        Client client = subscribe(EVENTS, source, turn, "alice");
        whileJudged = () -> {
            throw new IllegalStateException();
        };

        client.ask();
        source.send(event(list(MEBIBYTE)));
        turn.go();

        assertThat(client.failure)
                .isInstanceOfSatisfying(
                        Rejection.class, e -> assertThat(e.reason()).isEqualTo(Reason.INTERNAL_ERROR));
        assertThat(client.text()).isEmpty();
    }

    @Test
    void manyLongAnswersOfOneLetAnothersComeSecond() {
        CountDownLatch allCame = new CountDownLatch(1);
        whileJudged = () -> await(allCame);
        for (String holder : List.of("alice", "alice", "alice", "bob")) {
            Source answer = new Source();
            subscribe(EVENTS, answer, threads, holder).ask();
            answer.send(event(list(MEBIBYTE)));
        }

        allCame.countDown();
        Waiting.until("all four", PATIENCE, () -> holders.size() == 4);

        assertThat(holders).containsExactly("alice", "bob", "alice", "alice");
    }

    private Client subscribe(String type, Source from, RequestThreads at, String holder) {
        Client client = new Client();
        FilteredAnswer.of(
                        new BackendClient.Answer(200, List.of(new Header("Content-Type", type)), from),
                        new ListedThings((kind, name) -> isVisible(name, holder)),
                        new Withheld(MOST, budget.share(holder)),
                        new Aside(at, holder),
                        Optional.of(bytes(ERROR)),
                        () -> refused++)
                .body()
                .subscribe(client);
        return client;
    }

    private boolean isVisible(String name, String holder) {
        whileJudged.run();
        judgedOn.add(Thread.currentThread().getName());
        if (name.equals("secret")) {
            return false;
        }
        holders.add(holder);
        return true;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String list(int length) {
        String filling = "x".repeat(length);
        return "{\"result\":{\"tools\":[{\"name\":\"open\",\"x\":\"" + filling + "\"},{\"name\":\"secret\"}]}}";
    }

    private static String event(String data) {
        return "data: " + data + "\n\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Threads of which the one for what takes long goes on when a test says so. */
    private static final class Turn extends RequestThreads {

        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean full;

        @Override
        public boolean runLarge(String holder, Runnable work) {
            return !full && waiting.add(work);
        }

        @Override
        public boolean run(Runnable work) {
            work.run();
            return true;
        }

        void go() {
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        }
    }

    private static final class Source implements Flow.Publisher<List<ByteBuffer>>, Flow.Subscription {

        private Flow.Subscriber<? super List<ByteBuffer>> subscriber;
        private long demand;
        private boolean cancelled;

        @Override
        public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> given) {
            subscriber = given;
            given.onSubscribe(this);
        }

        @Override
        public synchronized void request(long more) {
            demand += more;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        void send(String text) {
            synchronized (this) {
                demand--;
            }
            assertThat(demand).as("what was asked for").isNotNegative();
            subscriber.onNext(List.of(ByteBuffer.wrap(bytes(text))));
        }

        void end() {
            subscriber.onComplete();
        }
    }

    private static final class Client implements Flow.Subscriber<List<ByteBuffer>> {

        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final List<String> threads = new CopyOnWriteArrayList<>();
        private Flow.Subscription subscription;
        private volatile boolean completed;
        private volatile Throwable failure;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            threads.add(Thread.currentThread().getName());
            parts.forEach(part -> received.writeBytes(part.array()));
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
            subscription.request(1);
        }

        String text() {
            return received.toString(StandardCharsets.UTF_8);
        }
    }
}
