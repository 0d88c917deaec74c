package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.IdentityTokens;
import org.mcpproxy.web.RequestThreads;

class FreshCredentialTest {

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Caller alice = new Caller(
            Optional.of("00ualice"),
            "client",
            new Scope("mcp"),
            Optional.of(endpoint.grant("client").id()),
            Instant.MAX);
    private final BackendCredentials credentials = new BackendCredentials(
            new IdentityTokens(endpoint.settings, new FixedKeys(), Samples.RANDOM, endpoint.clock),
            new CallerProfiles(endpoint.grants),
            endpoint.session,
            null,
            endpoint.ending,
            endpoint.clock);
    private final RequestThreads threads = new RequestThreads();
    private boolean stands = true;

    private final BearerCheck check = new BearerCheck() {
        @Override
        public Checked check(HttpServletRequest request, McpEndpoint resource) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean standing(Caller caller) {
            return stands;
        }
    };

    @AfterEach
    void stop() {
        threads.close();
    }

    @Test
    void itIsTheOneOfNowAndNotThatOfTheRequest() {
        CallerCredential identity = of(new BackendCredential.Identity());
        CallerCredential okta = of(new BackendCredential.Okta());
        String before = value(identity);
        assertThat(value(okta)).isEqualTo("Bearer okta-access-1");

        endpoint.clock.advance(Duration.ofMinutes(60));

        assertThat(value(identity)).isNotEqualTo(before);
        assertThat(value(okta)).isEqualTo("Bearer okta-access-2");
    }

    @Test
    void whoMayNotBeHereAnyMoreGetsNoNewOne() {
        stands = false;

        for (BackendCredential expiring :
                new BackendCredential[] {new BackendCredential.Identity(), new BackendCredential.Okta()}) {
            CompletionException failure = catchThrowableOfType(CompletionException.class, () -> value(of(expiring)));
            assertThat(((Rejection) failure.getCause()).reason()).isEqualTo(Reason.TOKEN_REVOKED);
        }
    }

    @Test
    void whatIsTheSameForAllIsAtHand() {
        stands = false;
        CallerCredential fixed = of(new BackendCredential.Static("X-Api-Key", new Secret("a-key")));

        assertThat(fixed.fresh().toCompletableFuture())
                .isCompletedWithValue(Optional.of(new Header("X-Api-Key", "a-key")));
        assertThat(of(new BackendCredential.None()).fresh().toCompletableFuture())
                .isCompletedWithValue(Optional.empty());
    }

    /** Many of whose requests wait for Okta already. */
    @Test
    void whoKeepsOktasThreadsBusyIsRefusedANewOne() {
        CountDownLatch oktaAnswers = new CountDownLatch(1);
        Runnable asking = () -> assertThatCode(oktaAnswers::await).doesNotThrowAnyException();
        assertRefused(Reason.CALLER_TOO_BUSY, () -> {
            while (threads.runForOkta("00ualice", asking)) {}
        });

        CompletionException failure =
                catchThrowableOfType(CompletionException.class, () -> value(of(new BackendCredential.Okta())));

        assertThat(((Rejection) failure.getCause()).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
        oktaAnswers.countDown();
    }

    private CallerCredential of(BackendCredential credential) {
        Backend backend = new Backend(
                credential.getClass().getSimpleName(), URI.create("http://old.internal/sse"), credential, Set.of());
        return new FreshCredential(credentials, check, threads, backend, alice, Samples.TRAIL);
    }

    private static String value(CallerCredential credential) {
        return credential.fresh().toCompletableFuture().join().orElseThrow().value();
    }
}
