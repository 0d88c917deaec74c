package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.authorization.AskedIdentity;
import org.mcpproxy.authorization.ClientRequest;
import org.mcpproxy.authorization.PendingAuthorization;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.authorization.PendingAuthorization.Upstream;
import org.mcpproxy.authorization.PendingAuthorizations;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.SignOnDemands;

@OnEachDatabase
class PendingAuthorizationsContractTest {

    private static final Upstream UPSTREAM = new Upstream(
            new Secret("the-verifier"), new Secret("the-nonce"), Optional.of(Instant.parse("2026-11-23T09:00:00Z")));
    private static final SignOnDemands DEMANDS = new SignOnDemands(
            false, Optional.of(Duration.ofMinutes(5)), Optional.of("älice+1@x.example"), List.of("urn:one", "two"));

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final PendingAuthorizations pendings;

    PendingAuthorizationsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        pendings = store.pendings;
    }

    @Test
    void aSavedSignOnIsFoundWhole() {
        PendingAuthorization pending = pending("handle");
        pendings.save(pending);

        assertThat(pendings.find("handle")).contains(pending);
        assertThat(pendings.find("another")).isEmpty();
    }

    @Test
    void aSignOnOfWhichLittleIsKnownIsFoundWhole() {
        PendingAuthorization pending = new PendingAuthorization(
                "id",
                "handle",
                "browser",
                request(Optional.empty()),
                Step.CONSENT,
                false,
                Optional.empty(),
                Optional.of("grant"),
                clock.instant().plus(Kept.SIGN_ON));
        pendings.save(pending);

        assertThat(pendings.take("handle")).contains(pending);
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
        clock.advance(Kept.SIGN_ON);

        assertThat(pendings.find("handle")).isEmpty();
        assertThat(pendings.take("handle")).isEmpty();
    }

    @Test
    void ofManyWhoTakeOneSignOnAtOnceOneGetsIt() {
        pendings.save(pending("handle"));

        List<Optional<PendingAuthorization>> taken = Race.of(200, () -> pendings.take("handle"));

        assertThat(taken.stream().filter(Optional::isPresent)).hasSize(1);
    }

    @Test
    void whatIsKeptForOktasAnswerIsSealedToItsRow() {
        pendings.save(pending("handle"));
        store.database.update("UPDATE pending_authorization SET handle_hash = 'moved'");

        assertThat(pendings.find("moved").orElseThrow().upstream()).isEmpty();
    }

    @Test
    void aFullStoreRefusesNewSignOnsAndTheOthersGoOn() {
        PendingAuthorizations small =
                new JdbcPendingAuthorizations(store.database, Samples.settings(), Samples.RANDOM, clock, 2);
        small.save(pending("one"));
        small.save(pending("two"));
        clock.advance(Duration.ofSeconds(2));

        assertRefused(Reason.SERVER_FULL, small::requireRoom);

        small.take("one").ifPresent(small::save);
        small.save(pending("next step of two"));
        assertThat(small.find("one")).isPresent();
        assertThat(small.find("next step of two")).isPresent();
    }

    /** PostgreSQL cannot keep it, so no database is asked to. */
    @Test
    void aStateThatCannotBeKeptIsRefused() {
        PendingAuthorization pending = new PendingAuthorization(
                "id",
                "handle",
                "browser",
                request(Optional.of("a\0b")),
                Step.CONSENT,
                false,
                Optional.empty(),
                Optional.empty(),
                clock.instant().plus(Kept.SIGN_ON));

        assertRefused(Reason.MALFORMED_REQUEST, () -> pendings.save(pending));
    }

    private PendingAuthorization pending(String handleHash) {
        return new PendingAuthorization(
                "id",
                handleHash,
                "browser",
                request(Optional.of("stäte ✓")),
                Step.OKTA,
                true,
                Optional.of(UPSTREAM),
                Optional.empty(),
                clock.instant().plus(Kept.SIGN_ON));
    }

    private static ClientRequest request(Optional<String> state) {
        return new ClientRequest(
                "client",
                Samples.REDIRECT_URI,
                state,
                "challenge",
                Scopes.baseline(),
                Resources.of(Samples.RESOURCE, Samples.ISSUER + "/files/mcp"),
                DEMANDS,
                new AskedIdentity(state.map(given -> "nonce of " + given), state.map(given -> "00ualice")),
                state.map(given -> "key of " + given));
    }
}
