package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.BackendTransport.HttpVersion;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.http2.ClientThreads;
import org.mcpproxy.relay.http2.NegotiatingClient;
import org.mcpproxy.system.Waiting;
import org.mcpproxy.web.BodyBudget;

/** Connections over HTTP/2 carry the requests of many: what one user does on them breaks nobody else's. */
class SharedConnectionsTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int PART = 16 * 1024;

    /** In bytes: what three answers that nobody reads hold. */
    private static final int OF_USER = 200_000;

    private final SettableClock clock = new SettableClock();
    private final BodyBudget unread = new BodyBudget(8 * OF_USER, OF_USER);
    private final ClientThreads threads = new ClientThreads(1, unread);
    private final NegotiatingClient client = new NegotiatingClient(
            RelayLimits.standard(), new BackendTransport(Optional.empty()).with(HttpVersion.HTTP_2), threads, clock);

    @AfterEach
    void stop() {
        client.close();
        threads.close();
    }

    /** The attack: one user cancels so many requests at once that the server closes the connection (CVE-2023-44487). */
    @Test
    void whoCancelsManyRequestsAtOnceBreaksNobodyElses() throws Exception {
        try (TomcatBackend tomcat = new TomcatBackend(null)) {
            Connector guarded = tomcat.guardedHttp2(100);
            tomcat.start();
            URI url = TomcatBackend.url(guarded, "/stream");
            Events bobs = open("bob", url);
            List<Events> adas = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                adas.add(open("ada", url));
            }
            Events adasOwn = open("ada", url);

            adas.forEach(events -> events.subscription.cancel());

            Waiting.until("the server's defence", SOON, adasOwn.done::isCompletedExceptionally);
            int before = bobs.text().length();
            Waiting.until("more for bob", SOON, () -> bobs.text().length() > before);
            assertThat(bobs.done).isNotDone();
            Events again = open("ada", url);
            Waiting.until("ada's next", SOON, () -> !again.text().isEmpty());
            again.subscription.cancel();
            bobs.subscription.cancel();
        }
    }

    /** The attack: what was cancelled is still on its way to the server when the next user comes. */
    @Test
    void whoComesNextIsNotBrokenByWhatWasCancelledBefore() throws Exception {
        try (TomcatBackend tomcat = new TomcatBackend(null)) {
            Connector guarded = tomcat.guardedHttp2(100);
            tomcat.start();
            URI url = TomcatBackend.url(guarded, "/stream");
            for (int round = 0; round < 5; round++) {
                List<Events> adas = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    adas.add(open("ada", url));
                }
                adas.forEach(events -> events.subscription.cancel());
                Events bobs = open("bob", url);
                int before = bobs.text().length();
                Waiting.until("more for bob", SOON, () -> bobs.text().length() > before + 4);
                assertThat(bobs.done).isNotDone();
                bobs.subscription.cancel();
            }
        }
    }

    @Test
    void usersAtTheSameTimeHaveConnectionsOfTheirOwnAndTheNextTakesOverWhatIsOpen() throws Exception {
        try (FrameBackend backend = new FrameBackend(100)) {
            BackendClient.Call ada = get("ada", backend);
            FrameBackend.Received adas = backend.next();
            BackendClient.Call bob = get("bob", backend);
            FrameBackend.Received bobs = backend.next();
            BackendClient.Call adaAgain = get("ada", backend);
            FrameBackend.Received adasOther = backend.next();
            assertThat(bobs.stream.getSession()).isNotSameAs(adas.stream.getSession());
            assertThat(adasOther.stream.getSession()).isSameAs(adas.stream.getSession());
            for (FrameBackend.Received received : List.of(adas, bobs, adasOther)) {
                received.head(200).last("whole");
            }
            for (BackendClient.Call call : List.of(ada, bob, adaAgain)) {
                text(call);
            }

            for (String user : List.of("eve", "dan", "bob")) {
                BackendClient.Call call = get(user, backend);
                backend.next().head(200).last("whole");
                assertThat(text(call)).isEqualTo("whole");
            }
            assertThat(backend.sessions).hasSize(2);
        }
    }

    @Test
    void aConnectionOnWhichTwoWereCancelledIsGivenNoMoreAndEndsWithItsLast() throws Exception {
        try (FrameBackend backend = new FrameBackend(100)) {
            BackendClient.Call staying = get("ada", backend);
            FrameBackend.Received first = backend.next().head(200).part("some");
            for (int i = 0; i < 2; i++) {
                BackendClient.Call left = get("ada", backend);
                FrameBackend.Received received = backend.next();
                assertThat(received.stream.getSession()).isSameAs(first.stream.getSession());
                left.cancel();
                assertThat(received.resets.poll(SOON.toSeconds(), TimeUnit.SECONDS))
                        .isNotNull();
            }

            BackendClient.Call next = get("ada", backend);
            FrameBackend.Received second = backend.next();
            assertThat(second.stream.getSession()).isNotSameAs(first.stream.getSession());
            second.head(200).last("whole");
            assertThat(text(next)).isEqualTo("whole");

            assertThat(first.stream.getSession().isClosed()).isFalse();
            first.last(" and the rest");
            assertThat(text(staying)).isEqualTo("some and the rest");
            Waiting.until("its end", SOON, () -> first.stream.getSession().isClosed());
            assertThat(second.stream.getSession().isClosed()).isFalse();
        }
    }

    /** It may have died without a word: what waits on it goes on waiting, and nothing joins it. */
    @Test
    void aConnectionIsGivenNoMoreAfterAMinuteAndEndsWithItsLast() throws Exception {
        try (FrameBackend backend = new FrameBackend(100)) {
            BackendClient.Call staying = get("ada", backend);
            FrameBackend.Received first = backend.next().head(200).part("some");
            clock.advance(Duration.ofSeconds(59));
            get("ada", backend);
            assertThat(backend.next().stream.getSession()).isSameAs(first.stream.getSession());

            clock.advance(Duration.ofSeconds(1));
            get("ada", backend);
            FrameBackend.Received later = backend.next();
            assertThat(later.stream.getSession()).isNotSameAs(first.stream.getSession());

            first.last(" and the rest");
            assertThat(text(staying)).isEqualTo("some and the rest");
            assertThat(later.stream.getSession().isClosed()).isFalse();
        }
    }

    /** The attack: many answers of which nobody reads anything, each within its own window. */
    @Test
    void whatOneUserDoesNotReadIsBoundedAndTakesNothingFromOthers() throws Exception {
        try (FrameBackend backend = new FrameBackend(100)) {
            List<Events> unreadOnes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                unreadOnes.add(new Events(0));
                BackendClient.Call call = get("ada", backend);
                flood(backend.next().head(200));
                answer(call).body().subscribe(unreadOnes.get(i));
            }
            Waiting.until(
                    "some break off",
                    SOON,
                    () -> unreadOnes.stream().anyMatch(events -> events.done.isCompletedExceptionally()));
            assertThat(unread.held()).isBetween(1L, (long) OF_USER);
            Events brokenOff = unreadOnes.stream()
                    .filter(events -> events.done.isCompletedExceptionally())
                    .findFirst()
                    .orElseThrow();
            assertThat(reason(brokenOff)).isEqualTo(Reason.ANSWER_UNREAD);

            BackendClient.Call bobs = get("bob", backend);
            FrameBackend.Received received = backend.next().head(200);
            received.part("x".repeat(PART)).part("x".repeat(PART)).last("end");
            assertThat(text(bobs)).hasSize(2 * PART + 3);
            BodyBudget.Share rest = unread.share("ada");
            for (int size = OF_USER; size > 0; size /= 2) {
                while (rest.take(size)) {
                    // until there is none
                }
            }
            BackendClient.Call adasShort = get("ada", backend);
            backend.next().head(200).last("short");
            assertThat(text(adasShort)).isEqualTo("short");
            rest.close();

            unreadOnes.stream().filter(events -> !events.done.isDone()).forEach(events -> events.subscription.cancel());
            Waiting.until("nothing is left", SOON, () -> unread.held() == 0 && unread.owners() == 0);
        }
    }

    /** The attack: the last part is taken, and then lies with a client who reads nothing. */
    @Test
    void whatWasHandedOverCountsUntilTheNextIsAskedFor() throws Exception {
        try (FrameBackend backend = new FrameBackend(100)) {
            BackendClient.Call call = get("ada", backend);
            Events events = new Events(0);
            FrameBackend.Received received = backend.next().head(200).part("x".repeat(PART));
            answer(call).body().subscribe(events);
            Waiting.until("the first counts", SOON, () -> unread.held() == PART);
            events.subscription.request(1);
            assertThat(events.text()).hasSize(PART);
            received.part("x".repeat(PART)).last("");
            Waiting.until("both count", SOON, () -> unread.held() == 2 * PART);

            events.subscription.request(1);
            assertThat(events.text()).hasSize(2 * PART);
            assertThat(unread.held()).isEqualTo(PART);
            assertThat(events.done).isNotDone();
            events.subscription.request(1);
            events.done.get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(unread.held()).isZero();
        }
    }

    private static void flood(FrameBackend.Received received) {
        Thread flood = new Thread(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    received.part("x".repeat(PART));
                }
            } catch (RuntimeException e) {
                // its reader has left, or read too little
            }
        });
        flood.setDaemon(true);
        flood.start();
    }

    private Events open(String user, URI url) throws Exception {
        Events events = new Events();
        answer(client.of(user).send("GET", url, List.of(), new byte[0])).body().subscribe(events);
        return events;
    }

    private BackendClient.Call get(String user, FrameBackend from) {
        return client.of(user).send("GET", from.url(), List.of(), new byte[0]);
    }

    private static BackendClient.Answer answer(BackendClient.Call call) throws Exception {
        return call.answer().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static String text(BackendClient.Call call) throws Exception {
        Events events = new Events();
        answer(call).body().subscribe(events);
        events.done.get(SOON.toSeconds(), TimeUnit.SECONDS);
        return events.text();
    }

    private static Reason reason(Events brokenOff) throws Exception {
        try {
            brokenOff.done.get();
        } catch (ExecutionException e) {
            return ((Rejection) e.getCause()).reason();
        }
        throw new AssertionError("It came whole");
    }
}
