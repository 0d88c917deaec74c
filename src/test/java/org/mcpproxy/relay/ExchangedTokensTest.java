package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.ExchangeClient;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.IdentityTokens;
import org.mcpproxy.upstream.ExchangedToken;
import org.mcpproxy.upstream.UpstreamTokens;
import org.mcpproxy.web.RequestThreads;

class ExchangedTokensTest {

    private static final Backend FILES = backend("files");
    private static final Backend JIRA = backend("jira");

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Grant grant = endpoint.grant("client");
    private final Caller alice = caller(grant);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger exchanges = new AtomicInteger();
    private final RequestThreads threads = new RequestThreads();
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private volatile Runnable duringExchange = () -> {};
    private volatile Duration lifetime = Duration.ofMinutes(30);
    private final ExchangedTokens exchanged = new ExchangedTokens(
            (subject, target) -> {
                asked.add(subject.value() + " for " + target.audience());
                int number = exchanges.incrementAndGet();
                duringExchange.run();
                return new ExchangedToken(
                        new Secret("exchanged-" + number),
                        endpoint.clock.instant().plus(lifetime));
            },
            id -> endpoint.grants.find(id).isPresent(),
            threads,
            endpoint.clock);
    private final BackendCredentials credentials = new BackendCredentials(
            new IdentityTokens(endpoint.settings, new FixedKeys(), Samples.RANDOM, endpoint.clock),
            new CallerProfiles(endpoint.grants),
            endpoint.session,
            exchanged,
            endpoint.ending,
            endpoint.clock);

    @AfterEach
    void stop() {
        callers.shutdownNow();
        threads.close();
    }

    @Test
    void theUsersTokenIsExchangedOnceUntilItEnds() {
        assertThat(credentials.isAtHand(FILES, alice)).isFalse();
        assertThat(value(FILES, alice)).isEqualTo("Bearer exchanged-1");
        assertThat(credentials.isAtHand(FILES, alice)).isTrue();
        endpoint.clock.advance(lifetime.minus(Duration.ofSeconds(61)));
        assertThat(value(FILES, alice)).isEqualTo("Bearer exchanged-1");

        endpoint.clock.advance(Duration.ofSeconds(1));
        assertThat(credentials.isAtHand(FILES, alice)).isFalse();
        assertThat(value(FILES, alice)).isEqualTo("Bearer exchanged-2");
        assertThat(asked).containsExactly("okta-access-1 for api://files", "okta-access-1 for api://files");
    }

    /** Short of the margin, it is good for the request that it was made for. */
    @Test
    void aTokenThatEndsAtOnceIsNotKept() {
        lifetime = Duration.ofSeconds(30);

        assertThat(value(FILES, alice)).isEqualTo("Bearer exchanged-1");
        assertThat(value(FILES, alice)).isEqualTo("Bearer exchanged-2");
    }

    @Test
    void theTokenThatIsExchangedIsFresh() {
        endpoint.clock.advance(Duration.ofMinutes(59).plusSeconds(30));
        value(FILES, alice);

        assertThat(asked).containsExactly("okta-access-2 for api://files");
    }

    @Test
    void noGrantOrBackendSharesWithAnother() {
        Caller bob = caller(endpoint.grant("client"));
        Set<String> values = Set.of(
                value(FILES, alice),
                value(JIRA, alice),
                value(FILES, bob),
                value(FILES, caller(endpoint.grant("else"))));

        assertThat(values).hasSize(4);
        assertThat(asked)
                .contains(
                        "okta-access-1 for api://files",
                        "okta-access-1 for api://jira",
                        "okta-access-2 for api://files");
    }

    @Test
    void whoeverComesMeanwhileHasTheSameOutcome() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        duringExchange = () -> {
            begun.countDown();
            await(goOn);
        };
        List<CompletableFuture<String>> values = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            values.add(CompletableFuture.supplyAsync(() -> value(FILES, alice), callers));
        }
        await(begun);
        goOn.countDown();

        for (CompletableFuture<String> value : values) {
            assertThat(value.get(30, TimeUnit.SECONDS)).isEqualTo("Bearer exchanged-1");
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void theExchangeOfOneDoesNotWaitForThatOfAnother() {
        CountDownLatch begun = new CountDownLatch(2);
        duringExchange = () -> {
            begun.countDown();
            await(begun);
        };
        CompletableFuture<String> files = CompletableFuture.supplyAsync(() -> value(FILES, alice), callers);
        CompletableFuture<String> jira = CompletableFuture.supplyAsync(() -> value(JIRA, alice), callers);

        assertThat(List.of(files.join(), jira.join())).doesNotHaveDuplicates();
    }

    @Test
    void aFailureEndsNoGrantAndIsNotKept() {
        for (Reason reason : List.of(Reason.EXCHANGE_REFUSED, Reason.OKTA_UNAVAILABLE)) {
            refuse(reason);
            assertRefused(reason, () -> value(FILES, alice));
            assertThat(credentials.isAtHand(FILES, alice)).isFalse();
        }
        assertThat(endpoint.grants.find(grant.id())).isPresent();
        assertThat(endpoint.audit).isEmpty();

        duringExchange = () -> {};
        assertThat(value(FILES, alice)).isEqualTo("Bearer exchanged-3");
    }

    @Test
    void aDenialEndsNoGrantAndIsKeptForAFewSecondsAlone() {
        refuse(Reason.EXCHANGE_DENIED);
        for (int i = 0; i < 3; i++) {
            assertRefused(Reason.EXCHANGE_DENIED, () -> value(FILES, alice));
            assertThat(credentials.isAtHand(FILES, alice)).isTrue();
        }
        assertThat(asked).hasSize(1);
        assertThat(endpoint.grants.find(grant.id())).isPresent();
        assertThat(endpoint.audit).isEmpty();

        duringExchange = () -> {};
        endpoint.clock.advance(Duration.ofSeconds(5));
        assertThat(credentials.isAtHand(FILES, alice)).isFalse();
        assertThat(value(FILES, alice)).isEqualTo("Bearer exchanged-2");
    }

    @Test
    void aDenialIsThatOfItsGrantAndBackendAndIsForgotten() {
        refuse(Reason.EXCHANGE_DENIED);
        assertRefused(Reason.EXCHANGE_DENIED, () -> value(FILES, alice));
        assertThat(exchanged.size()).isEqualTo(1);

        duringExchange = () -> {};
        assertThat(value(JIRA, alice)).isEqualTo("Bearer exchanged-2");
        assertThat(value(FILES, caller(endpoint.grant("client")))).isEqualTo("Bearer exchanged-3");

        endpoint.clock.advance(Duration.ofSeconds(5));
        exchanged.sweep();
        assertThat(exchanged.size()).isEqualTo(2);
    }

    private void refuse(Reason reason) {
        duringExchange = () -> {
            throw Rejection.of(reason);
        };
    }

    /** It says so when the user's own token is refreshed, and never by refusing an exchange. */
    @Test
    void whereOktaHasEndedTheSessionTheGrantEnds() {
        UpstreamTokens tokens = endpoint.okta.issue();
        endpoint.session.keep(
                grant.id(),
                new UpstreamTokens(
                        tokens.accessToken(),
                        tokens.refreshToken(),
                        tokens.idToken(),
                        endpoint.clock.instant().plusSeconds(1),
                        tokens.possessionKey()));
        endpoint.okta.duringRefresh(() -> {
            throw Rejection.of(Reason.OKTA_SESSION_ENDED);
        });

        assertRefused(Reason.TOKEN_REVOKED, () -> credentials.of(FILES, alice, Samples.TRAIL));
        assertThat(endpoint.grants.find(grant.id())).isEmpty();
        assertThat(endpoint.audit).hasSize(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void theTokenOfAGrantThatHasEndedIsForgotten() {
        Caller bob = caller(endpoint.grant("client"));
        value(FILES, alice);
        value(JIRA, alice);
        value(FILES, bob);

        endpoint.grants.end(grant.id());
        exchanged.sweep();

        assertThat(exchanged.size()).isEqualTo(1);
        assertThat(credentials.isAtHand(FILES, alice)).isFalse();
        assertThat(credentials.isAtHand(FILES, bob)).isTrue();
        endpoint.clock.advance(lifetime);
        exchanged.sweep();
        assertThat(exchanged.size()).isZero();
    }

    private String value(Backend backend, Caller caller) {
        Header header = credentials.of(backend, caller, Samples.TRAIL).orElseThrow();
        assertThat(header.name()).isEqualTo("Authorization");
        return header.value();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Caller caller(Grant of) {
        return new Caller(
                Optional.of("00ualice"),
                of.clientId(),
                new Scope("mcp"),
                Optional.of(of.id()),
                endpoint.clock.instant().plusSeconds(600));
    }

    private static Backend backend(String name) {
        ExchangeClient client = new ExchangeClient("0oaexchange", new Credential.ClientSecret(new Secret("s")));
        return new Backend(
                name,
                URI.create("http://" + name + ".internal/mcp"),
                new BackendCredential.Exchange(
                        URI.create("https://acme.okta.com/oauth2/files"), "api://" + name, new Scope(), client),
                Set.of());
    }
}
