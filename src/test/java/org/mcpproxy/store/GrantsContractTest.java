package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.upstream.User;

@OnEachDatabase
class GrantsContractTest {

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final Grants grants;
    private final Kept kept;

    GrantsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        grants = store.grants;
        kept = new Kept(store, clock);
    }

    @BeforeEach
    void start() {
        grants.open(kept.grant("one"));
    }

    @Test
    void anOpenGrantIsFoundWhole() {
        assertThat(grants.find("one")).contains(kept.grant("one"));
        assertThat(grants.find("another")).isEmpty();
    }

    /** Not every issuer tells a name, an address or groups. */
    @Test
    void aGrantOfAPersonOfWhomLittleIsKnownIsFoundWhole() {
        Grant one = kept.grant("one");
        User bob = new User("https://acme.okta.com", "00ubob", null, null, Set.of());
        Grant bobs =
                new Grant("bobs", one.clientId(), bob, one.scope(), one.resources(), one.openedAt(), one.expiresAt());
        grants.open(bobs);

        assertThat(grants.find("bobs")).contains(bobs);
    }

    @Test
    void anEndedGrantIsGoneForGood() {
        assertThat(grants.end("one")).isTrue();

        assertThat(grants.find("one")).isEmpty();
        assertThat(grants.end("one")).isFalse();
    }

    @Test
    void aGrantThatNobodyUsedExpires() {
        clock.advance(Kept.SIGN_ON);

        assertThat(grants.find("one")).isEmpty();
        assertThat(grants.end("one")).isFalse();
    }

    @Test
    void aGrantIsFoundByItsFamilyWhileItLives() {
        assertThat(grants.findByFamily("family-one")).isEmpty();
        kept.redeemed("one", "first");

        Grant found = grants.findByFamily("family-one").orElseThrow();
        assertThat(found.id()).isEqualTo("one");
        assertThat(found.expiresAt()).isEqualTo(clock.instant().plus(Kept.UNUSED));

        grants.end("one");
        assertThat(grants.findByFamily("family-one")).isEmpty();
    }

    @Test
    void aFamilyExpiresWithItsGrant() {
        kept.redeemed("one", "first");
        clock.advance(Kept.UNUSED);

        assertThat(grants.findByFamily("family-one")).isEmpty();
    }

    @Test
    void theEndOfAGrantTakesItsRefreshTokensAndNoOthers() {
        grants.open(kept.grant("two"));
        kept.redeemed("one", "first");
        kept.redeemed("two", "second");
        store.refreshTokens.rotate("first", kept.rotation("answer"), kept.token("one", "third"));

        grants.end("one");

        assertThat(kept.tokens()).containsExactly("second");
    }

    @Test
    void theEndOfAGrantIsWrittenDownForEveryNode() {
        grants.end("one");

        assertThat(kept.column("SELECT grant_id FROM revocation")).containsExactly("one");
    }

    @Test
    void theGrantOfAServiceLeavesARowOnlyWhereItIsEnded() {
        assertThat(grants.endOfService("its-own")).isTrue();

        assertThat(grants.endOfService("its-own")).isFalse();
        assertThat(kept.column("SELECT grant_id FROM revocation")).containsExactly("its-own");
        assertThat(grants.find("one")).isPresent();
    }

    @Test
    void ofManyWhoEndTheGrantOfAServiceAtOnceOneIsFirst() {
        List<Boolean> first = Race.of(50, () -> grants.endOfService("its-own"));

        assertThat(first).containsOnlyOnce(true);
    }

    /** A service can have as many tokens as it likes, and end them all; nodes hold the ended ones in memory. */
    @Test
    void whatServicesEndIsBounded() {
        Grants bounded =
                new JdbcGrants(store.database, new RevocationLog(store.database, Samples.settings()), clock, 2);
        bounded.endOfService("first");
        bounded.endOfService("second");
        clock.advance(Duration.ofSeconds(2));

        assertRefused(Reason.SERVER_FULL, () -> bounded.endOfService("third"));
        assertThat(bounded.end("one")).as("of a person, who had to sign on").isTrue();
    }

    /** Okta's tokens are still to be revoked there. */
    @Test
    void theOktaSessionOfAnEndedGrantIsMarkedAndLeft() {
        store.upstream.save("one", Kept.sealed("tokens"));
        clock.advance(Duration.ofSeconds(5));
        grants.end("one");

        assertThat(store.upstream.find("one")).contains(Kept.sealed("tokens"));
        assertThat(kept.column("SELECT grant_id FROM upstream_session WHERE ended_at IS NOT NULL"))
                .containsExactly("one");
    }

    @Test
    void ofManyWhoEndOneGrantAtOnceOneIsFirst() {
        List<Boolean> first = Race.of(200, () -> grants.end("one"));

        assertThat(first).containsOnlyOnce(true);
    }

    /** Many people may have one client: its row is no bottleneck, and nobody waits in a circle. */
    @Test
    void manyGrantsOfOneClientAreOpenedAtOnce() {
        store.clients.add(Samples.client("client"));
        kept.numbers().set(0);

        Race.of(200, () -> {
            grants.open(kept.grant("grant-" + kept.numbers().incrementAndGet()));
            return true;
        });

        assertThat(kept.column("SELECT id FROM access_grant")).hasSize(201);
    }
}
