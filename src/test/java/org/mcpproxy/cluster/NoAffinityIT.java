package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Address;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Cluster;
import org.mcpproxy.system.Device;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Preregistered;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** Two nodes are one proxy: whatever one does, the other knows. */
class NoAffinityIT {

    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final int STREAM_ENDS_SECONDS = 2;

    private final Cluster cluster = Cluster.shared();
    private final ProxySystem first = cluster.first();
    private final ProxySystem second = cluster.second();

    @Test
    void twoNodesThatStartAtOnceMigrateOnceAndMakeOneKey() {
        assertThat(cluster.store().count("SELECT COUNT(*) FROM schema_history"))
                .isPositive()
                .isEqualTo(cluster.store().count("SELECT COUNT(DISTINCT version) FROM schema_history WHERE success"));
        assertThat(cluster.store().count("SELECT COUNT(*) FROM signing_key")).isEqualTo(1);
        assertThat(keys(first)).contains("\"kid\"").isEqualTo(keys(second));
    }

    /** Each step of both kinds of turns: what came to the first node in one goes to the second in the other. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyRequestMayComeToAnotherNode(boolean firstBegins) {
        cluster.balancer().sendTo(firstBegins ? first : second, firstBegins ? second : first);
        OAuthClient client = cluster.client();

        Answer tokens = client.signOn("alice");
        Answer refreshed = client.refresh(tokens.get("refresh_token"));
        Answer again = client.refresh(refreshed.get("refresh_token"));

        assertThat(again.status()).isEqualTo(200);
        int before = cluster.balancer().connections();
        for (Answer each : new Answer[] {tokens, refreshed, again}) {
            assertThat(client.ping(each.get("access_token")).status()).isEqualTo(200);
        }
        assertThat(cluster.balancer().connections())
                .as("each request on a connection of its own")
                .isEqualTo(before + 3);
        assertThat(client.revoke(again.get("refresh_token")).status()).isEqualTo(200);
        awaitRefusal(client.at(first), again);
        awaitRefusal(client.at(second), tokens);
        assertThat(client.refresh(again.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
        assertThat(client.refresh(again.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
    }

    @Test
    void aRevocationOnOneNodeIsRefusedOnTheOtherWithinASecond() {
        for (int i = 0; i < 3; i++) {
            OAuthClient client = cluster.client();
            Answer tokens = client.signOn("alice");
            ProxySystem here = cluster.nodes().get(i % 2);
            OAuthClient there = client.at(cluster.nodes().get((i + 1) % 2));
            assertThat(there.ping(tokens.get("access_token")).status()).isEqualTo(200);

            assertThat(client.at(here).revoke(tokens.get("access_token")).status())
                    .isEqualTo(200);

            awaitRefusal(there, tokens);
        }
    }

    /** Nothing was kept of it when it was issued. */
    @Test
    void aServicesTokenThatIsRevokedOnOneNodeIsRefusedOnTheOtherWithinASecond() {
        OAuthClient service = OAuthClient.known(
                cluster.balancer(), Preregistered.BASIC, Preregistered.SECRET, Preregistered.REDIRECT_URI);
        Map<String, String> parameters = Map.of("grant_type", "client_credentials");
        Answer tokens = service.at(first).token(parameters, service.secret());
        Answer others = service.at(first).token(parameters, service.secret());
        assertThat(service.at(second).ping(tokens.get("access_token")).status()).isEqualTo(200);

        Map<String, String> revocation = Map.of("token", tokens.get("access_token"));
        assertThat(service.at(first)
                        .post("/oauth2/v1/revoke", revocation, service.basic(service.secret()))
                        .status())
                .isEqualTo(200);

        awaitRefusal(service.at(second), tokens);
        assertThat(service.at(second).ping(others.get("access_token")).status()).isEqualTo(200);
    }

    /** The attack: one assertion of Okta at both nodes at once. */
    @Test
    void anAssertionForAUserIsGoodOnceOnBothNodesTogether() {
        OAuthClient agent = OAuthClient.known(
                cluster.balancer(), Preregistered.ASSERTING, Preregistered.SECRET, Preregistered.REDIRECT_URI);
        for (int i = 0; i < 5; i++) {
            Map<String, String> parameters = Map.of(
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:jwt-bearer",
                    "assertion",
                    cluster.okta()
                            .forgeAssertion(
                                    OktaUser.ALICE,
                                    cluster.balancer().at(""),
                                    agent.id(),
                                    cluster.balancer().mcp())
                            .signed());
            AtomicInteger turn = new AtomicInteger();

            List<Answer> answers = Race.of(
                    6,
                    () -> agent.at(cluster.nodes().get(turn.incrementAndGet() % 2))
                            .token(parameters, agent.secret()));

            assertThat(answers)
                    .filteredOn(answer -> answer.status() == 200)
                    .singleElement()
                    .satisfies(answer -> assertThat(agent.at(second)
                                    .ping(answer.get("access_token"))
                                    .status())
                            .isEqualTo(200));
            assertThat(answers)
                    .filteredOn(answer -> answer.status() != 200)
                    .allMatch(answer -> "invalid_grant".equals(answer.get("error")));
        }
    }

    /** The device asks at one node, the person comes to the other, and each may be gone meanwhile. */
    @Test
    void aDeviceThatBeganAtOneNodeIsAllowedAtTheOther() {
        OAuthClient client = Device.register(cluster.balancer());
        Device device = Device.begun(cluster.balancer(), client.at(first));
        assertThat(device.pollAt(first).get("error")).isEqualTo("authorization_pending");
        assertThat(device.pollAt(second).get("error")).isEqualTo("slow_down");

        cluster.balancer().sendTo(second);
        device.allow(new Browser(), "alice");

        Answer tokens = device.pollAt(first);
        assertThat(tokens.status()).isEqualTo(200);
        assertThat(client.at(second).ping(tokens.get("access_token")).status()).isEqualTo(200);
        assertThat(device.pollAt(second).get("error")).isEqualTo("invalid_grant");
        awaitRefusal(client.at(first), tokens);
    }

    @Test
    void anOpenStreamOfARevokedGrantIsClosedOnTheOtherNode()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        OAuthClient client = cluster.client();
        Answer tokens = client.signOn("bob");
        Iterator<String> stream = stream(second, tokens);
        assertThat(stream.next()).startsWith("data:");
        CompletableFuture<Boolean> end = Meanwhile.doing(() -> readToTheEnd(stream));

        client.at(first).revoke(tokens.get("refresh_token"));

        assertThat(end.get(STREAM_ENDS_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitRefusal(OAuthClient client, Answer tokens) {
        Waiting.until(
                "refused",
                ONE_SECOND,
                () -> client.ping(tokens.get("access_token")).status() == 401);
    }

    private static Iterator<String> stream(Address node, Answer tokens) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node.mcp())
                .header("Authorization", "Bearer " + tokens.get("access_token"))
                .header("Accept", "text/event-stream")
                .build();
        HttpResponse<Stream<String>> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body().iterator();
    }

    /** However it ends: in order, or broken off. */
    private static boolean readToTheEnd(Iterator<String> stream) {
        try {
            stream.forEachRemaining(line -> {});
            return true;
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    private static String keys(Address node) {
        return OAuthClient.send(HttpRequest.newBuilder(node.at("/.well-known/jwks.json")))
                .text();
    }
}
