package org.mcpproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.authorization.ClientRequest;
import org.mcpproxy.authorization.PendingAuthorization;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.authorization.PendingAuthorization.Upstream;
import org.mcpproxy.authorization.PendingAuthorizations;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;

public abstract class PendingAuthorizationsContract {

    private final SettableClock clock = new SettableClock();
    private PendingAuthorizations pendings;

    protected abstract PendingAuthorizations pendings(Clock clock);

    @BeforeEach
    void start() {
        pendings = pendings(clock);
    }

    @Test
    void aSavedSignOnIsFoundWhole() {
        PendingAuthorization pending = pending("handle");
        pendings.save(pending);

        assertThat(pendings.find("handle")).contains(pending);
        assertThat(pendings.find("another")).isEmpty();
    }

    @Test
    void aSignOnIsTakenOnce() {
        PendingAuthorization pending = pending("handle");
        pendings.save(pending);

        assertThat(pendings.take("handle")).contains(pending);
        assertThat(pendings.take("handle")).isEmpty();
        assertThat(pendings.find("handle")).isEmpty();
    }

    @Test
    void anExpiredSignOnIsNeitherFoundNorTaken() {
        pendings.save(pending("handle"));
        clock.advance(Duration.ofMinutes(10));

        assertThat(pendings.find("handle")).isEmpty();
        assertThat(pendings.take("handle")).isEmpty();
    }

    @Test
    void ofManyWhoTakeOneSignOnAtOnceOneGetsIt() {
        pendings.save(pending("handle"));

        List<Optional<PendingAuthorization>> taken = Race.of(200, () -> pendings.take("handle"));

        assertThat(taken.stream().filter(Optional::isPresent)).hasSize(1);
    }

    private PendingAuthorization pending(String handleHash) {
        return new PendingAuthorization(
                "id",
                handleHash,
                "browser",
                new ClientRequest(
                        "client",
                        Samples.REDIRECT_URI,
                        Optional.of("state"),
                        "challenge",
                        Scopes.baseline(),
                        Samples.RESOURCE),
                Step.OKTA,
                true,
                Optional.of(new Upstream(new Secret("verifier"), new Secret("nonce"))),
                Optional.empty(),
                clock.instant().plus(Duration.ofMinutes(10)));
    }
}
