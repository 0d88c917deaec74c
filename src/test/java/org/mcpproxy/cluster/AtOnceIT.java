package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.store.SharedStore;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Cluster;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Waiting;

/** The same thing many times at the same moment, over two nodes. */
class AtOnceIT {

    private static final int AT_ONCE = 200;
    private static final int CLIENTS = 100;
    private static final int BROWSERS = 8;
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Cluster cluster = Cluster.shared();
    private final SharedStore store = cluster.store();

    @Test
    void ofManyUsesOfACodeAtMostOneSucceedsAndTheGrantEnds() {
        OAuthClient client = cluster.client();
        String code = client.code("alice");
        String grant = store.grantOfCode(code);

        List<Answer> answers = client.tokenAtOnce(AT_ONCE, client.redemptionParameters(code));

        List<Answer> won =
                answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(won).hasSizeLessThanOrEqualTo(1);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 200)
                .allSatisfy(answer -> assertThat(answer.get("error")).isEqualTo("invalid_grant"));
        assertThat(store.isRevoked(grant)).isTrue();
        for (Answer answer : won) {
            cluster.nodes().forEach(node -> awaitRefusal(client.at(node), answer));
            assertThat(client.refresh(answer.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
        }
    }

    @Test
    void ofManyRefreshesOfATokenAllGetTheSameTokensAndOktaIsAskedOnce() {
        OAuthClient client = cluster.client();
        String token = client.signOn("alice").get("refresh_token");
        String grant = store.grantOf(token);
        store.endOktasTokensSoon(grant);
        int before = refreshesAtOkta();

        List<Answer> answers = client.tokenAtOnce(AT_ONCE, client.refreshParameters(token));

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(distinct(answers, "refresh_token")).hasSize(1);
        assertThat(distinct(answers, "access_token")).hasSize(1);
        assertThat(refreshesAtOkta()).isEqualTo(before + 1);
        assertThat(store.count("SELECT COUNT(*) FROM refresh_token WHERE grant_id = ?", grant))
                .as("the token and its one successor")
                .isEqualTo(2);
        assertThat(client.refresh(answers.get(0).get("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void ofManyClientsThatRefreshAtBothNodesNobodyHasToSignOnAgain() {
        List<Holder> holders = signedOn();
        holders.forEach(holder -> store.endOktasTokensSoon(store.grantOf(holder.refreshToken())));
        int before = refreshesAtOkta();

        AtomicInteger turn = new AtomicInteger();
        List<Refreshed> refreshed = Race.of(2 * CLIENTS, () -> {
            int number = turn.getAndIncrement();
            Holder holder = holders.get(number / 2);
            OAuthClient client = holder.client().at(cluster.nodes().get(number % 2));
            return new Refreshed(holder, patient(client, holder.refreshToken()));
        });

        assertThat(refreshed)
                .extracting(each -> each.answer().status())
                .as("status of a refresh")
                .containsOnly(200);
        assertThat(refreshed.stream()
                        .map(each -> each.holder().client().id() + each.answer().get("refresh_token"))
                        .distinct())
                .as("the successors of each client's token")
                .hasSize(CLIENTS);
        assertThat(refreshesAtOkta()).isEqualTo(before + CLIENTS);
    }

    @Test
    void ofManyReadsWithOneRegistrationTokenAtBothNodesOneSucceeds() {
        OAuthClient client = cluster.client();
        AtomicInteger turn = new AtomicInteger();

        List<Answer> answers = Race.of(
                AT_ONCE / 4,
                () -> client.at(cluster.nodes().get(turn.getAndIncrement() % 2))
                        .readRegistration(client.registrationToken()));

        List<Answer> won =
                answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(won).hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 200)
                .allSatisfy(answer -> assertThat(answer.get("error")).isEqualTo("invalid_token"));
        assertThat(client.deleteRegistration(won.get(0).get("registration_access_token"))
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aClientThatIsRemovedAtOneNodeIsRefusedAtTheOther() {
        OAuthClient client = cluster.client();
        Answer tokens = client.signOn("alice");
        String grant = store.grantOf(tokens.get("refresh_token"));
        assertThat(client.at(cluster.second()).ping(tokens.get("access_token")).status())
                .isEqualTo(200);

        client.at(cluster.first()).deleteRegistration(client.registrationToken());

        awaitRefusal(client.at(cluster.second()), tokens);
        assertThat(store.isRevoked(grant)).isTrue();
        assertThat(client.at(cluster.second())
                        .refresh(tokens.get("refresh_token"))
                        .get("error"))
                .isEqualTo("invalid_client");
    }

    /** A client that is told to come again does so. */
    private static Answer patient(OAuthClient client, String refreshToken) {
        Answer[] last = new Answer[1];
        Waiting.until("refreshed", PATIENCE, () -> {
            last[0] = client.refresh(refreshToken);
            return last[0].status() != 503;
        });
        return last[0];
    }

    private List<Holder> signedOn() {
        return Stream.generate(() -> Race.of(BROWSERS, this::holder))
                .limit(CLIENTS / BROWSERS + 1)
                .flatMap(List::stream)
                .limit(CLIENTS)
                .toList();
    }

    private Holder holder() {
        OAuthClient client = cluster.client();
        return new Holder(client, client.signOn("alice").get("refresh_token"));
    }

    private static void awaitRefusal(OAuthClient client, Answer tokens) {
        Waiting.until(
                "refused",
                ONE_SECOND,
                () -> client.ping(tokens.get("access_token")).status() == 401);
    }

    private static Set<String> distinct(List<Answer> answers, String member) {
        return answers.stream().map(answer -> answer.get(member)).collect(Collectors.toSet());
    }

    private int refreshesAtOkta() {
        return Math.toIntExact(cluster.okta().requests().to(Endpoint.TOKEN).stream()
                .filter(request -> "refresh_token".equals(request.parameters().get("grant_type")))
                .count());
    }

    private record Holder(OAuthClient client, String refreshToken) {}

    private record Refreshed(Holder holder, Answer answer) {}
}
