package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.Fault;
import org.mcpproxy.store.SharedStore;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Cluster;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/**
 * A node that is killed in the middle of everything at once: whoever was served by it goes on at the other one. None of
 * them has what he asked for; each repeats it.
 */
class KilledNodeIT {

    private static final String WAITING = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A lease on Okta's tokens holds for 20 s. */
    private static final Duration LEASE_AND_MORE = Duration.ofSeconds(25);

    private static final Cluster CLUSTER = Cluster.shared();
    private static final SharedStore STORE = CLUSTER.store();
    private static final ProxySystem DYING = CLUSTER.first();
    private static final ProxySystem OTHER = CLUSTER.second();

    private static final SignOn BEFORE_THE_CALLBACK = new SignOn();
    private static final SignOn WAITING_FOR_OKTA = new SignOn();
    private static final Exchange CODE_BEFORE_COMMIT = new Exchange();
    private static final Exchange CODE_AFTER_COMMIT = new Exchange();
    private static final Exchange REFRESH_BEFORE_COMMIT = new Exchange();
    private static final Exchange REFRESH_AFTER_COMMIT = new Exchange();
    private static final Exchange REFRESH_AT_OKTA = new Exchange();

    private static Duration leaseHeldUp;
    private static Answer pushedAndRedeemed;

    @BeforeAll
    static void killTheNodeInTheMiddleOfEverything()
            throws SQLException, InterruptedException, ExecutionException, TimeoutException {
        CLUSTER.balancer().sendTo(DYING);
        BEFORE_THE_CALLBACK.signOnAtOkta();
        WAITING_FOR_OKTA.signOnAtOkta();
        for (Exchange refresh : List.of(REFRESH_BEFORE_COMMIT, REFRESH_AFTER_COMMIT, REFRESH_AT_OKTA)) {
            refresh.presents(refresh.client.signOn("alice").get("refresh_token"));
            refresh.grant = STORE.grantOf(refresh.presented);
        }
        STORE.endOktasTokensSoon(REFRESH_AT_OKTA.grant);
        for (Exchange exchange : List.of(CODE_BEFORE_COMMIT, CODE_AFTER_COMMIT)) {
            exchange.presents(exchange.client.code("alice"));
            exchange.grant = STORE.grantOfCode(exchange.presented);
        }
        CODE_AFTER_COMMIT.lost = lostAnswer(CODE_AFTER_COMMIT::redeem);
        REFRESH_AFTER_COMMIT.lost = lostAnswer(REFRESH_AFTER_COMMIT::refresh);
        try (Connection holder = CLUSTER.database().connection()) {
            List<CompletableFuture<?>> underWay = new ArrayList<>();
            underWay.add(waitsForOkta(Fault.slow(PATIENCE), WAITING_FOR_OKTA::callback));
            underWay.add(waitsForOkta(Fault.silent(PATIENCE), REFRESH_AT_OKTA::refresh));
            hold(holder, CODE_BEFORE_COMMIT, REFRESH_BEFORE_COMMIT);
            underWay.add(Meanwhile.doing(CODE_BEFORE_COMMIT::redeem));
            underWay.add(Meanwhile.doing(REFRESH_BEFORE_COMMIT::refresh));
            Waiting.until("both wait for their grants", PATIENCE, () -> STORE.count(WAITING) >= 2);
            assertThat(underWay).noneMatch(CompletableFuture::isDone);
            SignOnUnderWay pushed = SignOnUnderWay.pushed(CLUSTER.client());
            DYING.kill();
            CLUSTER.balancer().sendTo(OTHER);
            CLUSTER.okta().faults().clear();
            underWay.forEach(KilledNodeIT::awaitEnd);
            holder.rollback();
            pushedAndRedeemed = pushed.finish(pushed.step());
        }
        repeatEverything();
        DYING.launchAgain();
    }

    /** At once, since codes and graces run out. */
    private static void repeatEverything() {
        CODE_BEFORE_COMMIT.repeated = CODE_BEFORE_COMMIT.redeem();
        CODE_AFTER_COMMIT.repeated = CODE_AFTER_COMMIT.redeem();
        REFRESH_BEFORE_COMMIT.repeated = REFRESH_BEFORE_COMMIT.refresh();
        REFRESH_AFTER_COMMIT.repeated = REFRESH_AFTER_COMMIT.refresh();
        long since = System.nanoTime();
        REFRESH_AT_OKTA.repeated = REFRESH_AT_OKTA.refresh();
        leaseHeldUp = Duration.ofNanos(System.nanoTime() - since);
    }

    @Test
    void aRequestThatWasPushedToItIsUsedAtTheOther() {
        assertThat(pushedAndRedeemed.status()).isEqualTo(200);
    }

    @Test
    void betweenConsentAndCallbackTheSignOnGoesOn() {
        Page end = BEFORE_THE_CALLBACK.callback();

        OAuthClient client = BEFORE_THE_CALLBACK.client;
        Answer tokens = client.redeem(OAuthClient.parameter(end.next().orElseThrow(), "code"));
        assertThat(tokens.status()).isEqualTo(200);
    }

    /** The code of Okta is used up, maybe: the person is told so, and signs on again. */
    @Test
    void aSignOnThatWaitedForOktaIsBegunAgain() {
        Page again = WAITING_FOR_OKTA.callback();

        assertThat(again.status()).isEqualTo(400);
        assertThat(again.text()).contains("<h1>", "Request id:");
        assertThat(WAITING_FOR_OKTA.client.signOn("alice").status()).isEqualTo(200);
    }

    @Test
    void beforeTheCommitOfACodesExchangeItsRepeatSucceeds() {
        assertThatItGoesOn(CODE_BEFORE_COMMIT);
    }

    @Test
    void afterTheCommitOfACodesExchangeItsRepeatIsAReplay() {
        assertThat(CODE_AFTER_COMMIT.lost).contains("\"access_token\"");
        assertThat(CODE_AFTER_COMMIT.repeated.get("error")).isEqualTo("invalid_grant");
        assertThat(STORE.isRevoked(CODE_AFTER_COMMIT.grant)).isTrue();
        assertThat(CODE_AFTER_COMMIT.client.signOn("alice").status()).isEqualTo(200);
    }

    @Test
    void beforeTheCommitOfARefreshItsRepeatSucceeds() {
        assertThatItGoesOn(REFRESH_BEFORE_COMMIT);
    }

    @Test
    void afterTheCommitOfARefreshItsRepeatGetsTheSameTokens() {
        Answer repeated = REFRESH_AFTER_COMMIT.repeated;
        assertThat(repeated.status()).isEqualTo(200);
        assertThat(REFRESH_AFTER_COMMIT.lost).contains(repeated.get("access_token"), repeated.get("refresh_token"));
        assertThatItGoesOn(REFRESH_AFTER_COMMIT);
    }

    /** Okta did nothing of it. Had it done, its new tokens would have died with the node. */
    @Test
    void ofARefreshAtOktaTheLeaseHoldsTheOtherUpForSecondsOnly() {
        assertThat(leaseHeldUp).isLessThan(LEASE_AND_MORE);
        assertThatItGoesOn(REFRESH_AT_OKTA);
    }

    @Test
    void theKilledNodeStartsAgainAndServes() {
        DYING.awaitReady();

        OAuthClient client = BEFORE_THE_CALLBACK.client.at(DYING);
        assertThat(client.ping(REFRESH_AT_OKTA.repeated.get("access_token")).status())
                .isEqualTo(200);
        assertThat(client.redeem(client.at(CLUSTER.balancer()).code("bob")).status())
                .isEqualTo(200);
    }

    private static void assertThatItGoesOn(Exchange exchange) {
        assertThat(exchange.repeated.status()).isEqualTo(200);
        assertThat(exchange.client.ping(exchange.repeated.get("access_token")).status())
                .isEqualTo(200);
        assertThat(exchange.client
                        .refresh(exchange.repeated.get("refresh_token"))
                        .status())
                .isEqualTo(200);
    }

    /** However it ends: the connection is broken off. */
    private static void awaitEnd(CompletableFuture<?> request) {
        request.handle((answer, lost) -> lost).join();
    }

    private static void hold(Connection holder, Exchange... exchanges) throws SQLException {
        holder.setAutoCommit(false);
        try (PreparedStatement hold = holder.prepareStatement("SELECT id FROM access_grant WHERE id = ? FOR UPDATE")) {
            for (Exchange exchange : exchanges) {
                hold.setString(1, exchange.grant);
                assertThat(hold.executeQuery().next()).isTrue();
            }
        }
    }

    private static <T> CompletableFuture<T> waitsForOkta(Fault.Slow slow, Supplier<T> request)
            throws InterruptedException {
        CLUSTER.okta().faults().once(Endpoint.TOKEN, slow);
        CompletableFuture<T> answer = Meanwhile.doing(request);
        slow.awaitArrival();
        return answer;
    }

    private static String lostAnswer(Supplier<Answer> request)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<String> answer = CLUSTER.balancer().loseNextAnswer();
        CompletableFuture<Answer> asked = Meanwhile.doing(request);
        String text = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(asked.handle((got, lost) -> lost).join()).isNotNull();
        return text;
    }

    /** A person who has signed on at Okta, and is sent back. */
    private static final class SignOn {

        private final OAuthClient client = CLUSTER.client();
        private final Browser browser = new Browser();
        private URI callback;

        void signOnAtOkta() {
            URI address = CLUSTER.balancer().at("/oauth/callback");
            Page consent = browser.follow(client.authorizationUri(), client.redirectUri());
            Page signIn = browser.follow(browser.submit(consent, Map.of("decision", "allow")), address);
            Page end =
                    browser.follow(browser.submit(signIn, Map.of("username", "alice", "password", "alice")), address);
            callback = end.next().orElseThrow();
        }

        Page callback() {
            return browser.follow(callback, client.redirectUri());
        }
    }

    /** A client at the token endpoint. */
    private static final class Exchange {

        private final OAuthClient client = CLUSTER.client();
        private String presented;
        private String grant;
        private String lost;
        private Answer repeated;

        void presents(String value) {
            presented = value;
        }

        Answer redeem() {
            return client.redeem(presented);
        }

        Answer refresh() {
            return client.refresh(presented);
        }
    }
}
