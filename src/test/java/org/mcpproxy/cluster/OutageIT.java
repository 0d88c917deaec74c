package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.store.SharedStore;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Cluster;
import org.mcpproxy.system.Device;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** Without the database, or without Okta, for 20 s: whoever has a token is served, all others are told to come again. */
class OutageIT {

    private static final Duration OUTAGE = Duration.ofSeconds(20);

    /** The longest wait for a connection, and the longest for an answer, with three seconds for the machine. */
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(18);

    /** Where many wait for connections at once, on a busy machine. */
    private static final Duration LONGEST_IN_A_CROWD = LONGEST_REQUEST.multipliedBy(2);

    private static final Duration DEAFNESS = Duration.ofSeconds(60);

    /** Less than the time-out of a connection, 10 seconds. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(8);

    /** Of a node. */
    private static final int MOST_THREADS = 200;

    /** More than a node of two processors has threads that are never held; less than may wait for a connection. */
    private static final int CROWD = 100;

    /** Some 0.7 s with a hundred beginning at once; 2 s where the held threads stay held. */
    private static final Duration AT_ONCE = Duration.ofMillis(1500);

    private static final Duration RECOVERY = Duration.ofSeconds(40);
    private static final String REDIRECT_URI = "http://127.0.0.1:8123/callback";

    private final Cluster cluster = Cluster.shared();
    private final SharedStore store = cluster.store();
    private final OAuthClient client = cluster.client();

    @AfterEach
    void endTheOutage() {
        Cluster.shared();
    }

    @Test
    void withoutTheDatabaseMcpIsServedAndEverythingRecoversByItself() {
        Answer tokens = client.signOn("alice");
        String unseen = cluster.client().signOn("bob").get("access_token");
        String otherClient = cluster.client().signOn("alice").get("access_token");
        Session session = session(cluster.first(), tokens.get("access_token"));
        Session opened;
        try (SteadyCalls calls = SteadyCalls.at(cluster.nodes(), client, tokens)) {
            cluster.database().stop();
            awaitHealth("store", "degraded");
            long end = System.nanoTime() + OUTAGE.toNanos();
            while (System.nanoTime() - end < 0) {
                for (ProxySystem node : cluster.nodes()) {
                    assertThatAPersonIsPutOff(new Browser().get(client.at(node).authorizationUri()));
                    assertThatAProgramIsPutOff(client.at(node).refresh(tokens.get("refresh_token")));
                    assertThatAProgramIsPutOff(OAuthClient.register(node, metadata()));
                    assertThat(session(node, session.token()).pingAt(node).status())
                            .isEqualTo(200);
                    assertThatItIsUpAndSays(node, "store", "degraded");
                }
            }
            cluster.nodes()
                    .forEach(node ->
                            assertThat(client.at(node).ping(unseen).status()).isEqualTo(200));
            opened = session(cluster.first(), session.token());
            for (Session any : List.of(session, opened)) {
                for (ProxySystem node : cluster.nodes()) {
                    assertThat(any.pingAt(node).status()).isEqualTo(200);
                    assertThatOnlyItsOwnerMayUseIt(any, node, unseen, otherClient, 404, 503);
                }
            }
            assertThat(session.endAt(cluster.first()).status()).isEqualTo(200);
            calls.assertThatAllWereServed();
        }
        cluster.nodes().forEach(node -> awaitDeaf(node, tokens.get("access_token")));
        cluster.database().startAgain();
        cluster.nodes()
                .forEach(node -> Waiting.until(
                        "ready again", RECOVERY, () -> Health.of(node).isUp()));
        awaitHealth("store", "well");
        for (ProxySystem node : cluster.nodes()) {
            assertThat(opened.pingAt(node).status()).isEqualTo(200);
            assertThatOnlyItsOwnerMayUseIt(opened, node, unseen, otherClient, 404);
        }
        assertThatAllIsWellAgain(tokens);
    }

    private static void assertThatOnlyItsOwnerMayUseIt(
            Session session, ProxySystem node, String otherUser, String otherClient, Integer... refused) {
        Session altered = session.withId(session.id() + "A");
        Session ofAnotherId = session.withId("x" + session.id());
        assertThat(Stream.of(session.of(otherUser), session.of(otherClient), altered, ofAnotherId))
                .allSatisfy(attack -> assertThat(attack.pingAt(node).status()).isIn((Object[]) refused));
    }

    /** After a minute without a word of who was revoked, nobody is let in, and no balancer need try. */
    private void awaitDeaf(ProxySystem node, String token) {
        Waiting.until("deaf", DEAFNESS, () -> client.at(node).ping(token).status() == 503);
        Health health = Health.of(node);
        assertThat(health.isUp()).isFalse();
        assertThat(health.of("store")).isEqualTo("down");
    }

    @Test
    void whatWasUnderWayWhenTheDatabaseWentGoesOnWhenItIsBack() {
        List<SignOnUnderWay> persons = List.of(
                SignOnUnderWay.beforeAuthorize(cluster.client()),
                SignOnUnderWay.pushed(cluster.client()),
                SignOnUnderWay.beforeConsent(cluster.client()),
                beforeCallback());
        String code = client.code("alice");
        Device device = Device.begun(cluster.balancer());
        cluster.database().stop();
        awaitHealth("store", "degraded");
        for (ProxySystem node : cluster.nodes()) {
            cluster.balancer().sendTo(node);
            persons.forEach(person -> assertThatAPersonIsPutOff(person.step()));
            assertThatAProgramIsPutOff(client.redeem(code));
            assertThatAProgramIsPutOff(device.poll());
            assertThatAProgramIsPutOff(Device.begin(device.client(), Map.of()));
        }
        cluster.balancer().sendTo(cluster.first(), cluster.second());
        cluster.database().startAgain();

        assertThat(served(() -> client.redeem(code), Answer::status).status()).isEqualTo(200);
        awaitHealth("store", "well");
        assertThat(device.allow(new Browser(), "alice").status()).isEqualTo(200);
        assertThat(device.poll().status()).isEqualTo(200);
        persons.forEach(person -> assertThat(
                        person.finish(served(person::step, Page::status)).status())
                .isEqualTo(200));
    }

    @Test
    void withAFrozenDatabaseNoRequestHangsAndMcpIsServed() {
        Answer tokens = client.signOn("alice");
        try (SteadyCalls calls = SteadyCalls.at(cluster.nodes(), client, tokens);
                Newcomers newcomers = Newcomers.at(cluster.nodes(), client, tokens.get("access_token"))) {
            cluster.database().freeze();
            long frozen = System.nanoTime();
            long end = frozen + OUTAGE.toNanos();
            List<CompletableFuture<Duration>> answers = cluster.nodes().stream()
                    .map(client::at)
                    .flatMap(at -> Stream.of(
                            timed(() -> assertThatAPersonIsPutOff(new Browser().get(at.authorizationUri()))),
                            timed(() -> assertThatAProgramIsPutOff(at.refresh(tokens.get("refresh_token"))))))
                    .toList();
            awaitHealth("store", "degraded");
            assertThat(Duration.ofNanos(System.nanoTime() - frozen))
                    .as("said before anything fails")
                    .isLessThan(LONGEST_SILENCE);
            assertThat(answers.stream().map(CompletableFuture::join))
                    .allSatisfy(taken -> assertThat(taken).isLessThan(LONGEST_REQUEST));
            while (System.nanoTime() - end < 0) {
                cluster.nodes().forEach(node -> assertThatItIsUpAndSays(node, "store", "degraded"));
            }
            calls.assertThatNoneWaited();
            newcomers.leave();
            newcomers.assertThatEachWasAnswered(LONGEST_IN_A_CROWD);
            cluster.database().thaw();
            awaitHealth("store", "well");
            assertThatAllIsWellAgain(tokens);
            calls.assertThatAllWereServed();
        }
    }

    @Test
    void whileACrowdWaitsForAFrozenDatabaseOthersAreServedAtOnce() {
        ProxySystem node = cluster.first();
        OAuthClient at = client.at(node);
        String token = client.signOn("alice").get("access_token");
        Waiting.until("most threads are held", RECOVERY, () -> heldThreads(node) > MOST_THREADS);
        cluster.database().freeze();

        List<CompletableFuture<Duration>> crowd = Stream.generate(
                        () -> timed(() -> assertThatAPersonIsPutOff(new Browser().get(at.authorizationUri()))))
                .limit(CROWD)
                .toList();
        Duration longest = Duration.ZERO;
        while (!crowd.stream().allMatch(CompletableFuture::isDone)) {
            long since = System.nanoTime();
            assertThat(at.ping(token).status()).isEqualTo(200);
            Duration taken = Duration.ofNanos(System.nanoTime() - since);
            longest = taken.compareTo(longest) > 0 ? taken : longest;
        }

        assertThat(crowd.stream().map(CompletableFuture::join))
                .as("waited for the database")
                .anySatisfy(taken -> assertThat(taken).isGreaterThan(AT_ONCE));
        assertThat(longest).isLessThan(AT_ONCE);
    }

    @Test
    void withoutOktaOnlyWhoeverNeedsItIsPutOff() {
        Answer fresh = client.signOn("alice");
        List<Held> due = cluster.nodes().stream().map(this::due).toList();
        Map<ProxySystem, SignOnUnderWay> persons =
                cluster.nodes().stream().collect(Collectors.toMap(node -> node, node -> beforeCallback()));
        try (SteadyCalls calls = SteadyCalls.at(cluster.nodes(), client, fresh)) {
            cluster.okta().unreachable();
            persons.forEach((node, person) -> {
                cluster.balancer().sendTo(node);
                assertThatAPersonIsPutOff(person.step());
            });
            long end = System.nanoTime() + OUTAGE.toNanos();
            while (System.nanoTime() - end < 0) {
                for (Held held : due) {
                    assertThatAProgramIsPutOff(held.refresh());
                    assertThatItIsUpAndSays(held.node(), "okta", "degraded");
                    fresh = client.at(held.node()).refresh(fresh.get("refresh_token"));
                    assertThat(fresh.status()).isEqualTo(200);
                }
            }
            cluster.okta().reachable();
            due.forEach(held ->
                    Waiting.until("refreshed", RECOVERY, () -> held.refresh().status() == 200));
            awaitHealth("okta", "well");
            cluster.balancer().sendTo(cluster.first(), cluster.second());
            assertThatAllIsWellAgain(fresh);
            calls.assertThatAllWereServed();
        }
    }

    private void assertThatAllIsWellAgain(Answer tokens) {
        Answer refreshed = client.refresh(tokens.get("refresh_token"));
        assertThat(refreshed.status()).isEqualTo(200);
        for (int i = 0; i < cluster.nodes().size(); i++) {
            Answer others = cluster.client().signOn("bob");
            assertThat(others.status()).isEqualTo(200);
            assertThat(client.ping(others.get("access_token")).status()).isEqualTo(200);
        }
    }

    private static void assertThatAPersonIsPutOff(Page page) {
        assertThat(page.status()).as("sent on to %s", page.next()).isEqualTo(503);
        assertThat(page.header("Retry-After")).matches("[1-9]\\d?");
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.text()).contains("<h1>", "at the moment", "Request id:");
    }

    private static void assertThatAProgramIsPutOff(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).matches("[1-9]\\d?");
        assertThat(answer.get("error")).isEqualTo("temporarily_unavailable");
    }

    /** The first answer that does not say to come again. */
    private static <T> T served(Supplier<T> request, ToIntFunction<T> status) {
        AtomicReference<T> answer = new AtomicReference<>();
        Waiting.until("served", RECOVERY, () -> {
            answer.set(request.get());
            return status.applyAsInt(answer.get()) != 503;
        });
        return answer.get();
    }

    private static void assertThatItIsUpAndSays(ProxySystem node, String part, String state) {
        Health health = Health.of(node);
        assertThat(health.isUp()).isTrue();
        assertThat(health.of(part)).isEqualTo(state);
    }

    /** Meanwhile each node is ready. */
    private void awaitHealth(String part, String state) {
        for (ProxySystem node : cluster.nodes()) {
            Waiting.until(part + " " + state, RECOVERY, () -> {
                Health health = Health.of(node);
                assertThat(health.isUp()).isTrue();
                return state.equals(health.of(part));
            });
        }
    }

    /** By their stacks. */
    private static long heldThreads(ProxySystem node) {
        return node.diagnosed("Thread.print")
                .lines()
                .filter(line -> line.contains("HeldThreads.stay"))
                .count();
    }

    private static CompletableFuture<Duration> timed(Runnable work) {
        long since = System.nanoTime();
        return Meanwhile.doing(() -> {
            work.run();
            return Duration.ofNanos(System.nanoTime() - since);
        });
    }

    private static JSONObject metadata() {
        return new JSONObject(Map.of("redirect_uris", List.of(REDIRECT_URI), "token_endpoint_auth_method", "none"));
    }

    /** A client whose next refresh has to ask Okta. */
    private Held due(ProxySystem node) {
        OAuthClient own = cluster.client();
        String token = own.signOn("alice").get("refresh_token");
        store.endOktasTokensSoon(store.grantOf(token));
        return new Held(node, own.at(node), token);
    }

    /** A session of the older era. */
    private Session session(ProxySystem node, String token) {
        return new Session(client, token, client.at(node).initialize(token).header("Mcp-Session-Id"));
    }

    private SignOnUnderWay beforeCallback() {
        return SignOnUnderWay.beforeCallback(cluster.client(), cluster.balancer());
    }

    private record Session(OAuthClient client, String token, String id) {

        Answer pingAt(ProxySystem node) {
            return client.at(node).ping(token, id);
        }

        Session of(String other) {
            return new Session(client, other, id);
        }

        Session withId(String other) {
            return new Session(client, token, other);
        }

        Answer endAt(ProxySystem node) {
            return client.at(node).endSession(token, id);
        }
    }

    private record Held(ProxySystem node, OAuthClient client, String token) {

        Answer refresh() {
            return client.refresh(token);
        }
    }
}
