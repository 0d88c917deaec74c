package org.mcpproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.oauth.Scopes;

public abstract class GrantsContract {

    private final SettableClock clock = new SettableClock();
    private Grants grants;

    protected abstract Grants grants(Clock clock);

    @BeforeEach
    void start() {
        grants = grants(clock);
        grants.open(grant("one"));
    }

    @Test
    void anOpenGrantLives() {
        assertThat(grants.find("one")).contains(grant("one"));
        assertThat(grants.isLive("one")).isTrue();
        assertThat(grants.find("another")).isEmpty();
        assertThat(grants.isLive("another")).isFalse();
    }

    @Test
    void anEndedGrantIsGoneForGood() {
        assertThat(grants.end("one")).isTrue();

        assertThat(grants.isLive("one")).isFalse();
        assertThat(grants.find("one")).isEmpty();
        assertThat(grants.end("one")).isFalse();
    }

    @Test
    void aGrantThatWasUsedLivesOn() {
        Instant later = clock.instant().plus(Duration.ofDays(30));
        grants.extend("one", later);
        clock.advance(Duration.ofDays(29));

        assertThat(grants.find("one").orElseThrow().expiresAt()).isEqualTo(later);
    }

    @Test
    void aGrantThatNobodyUsedExpires() {
        clock.advance(Duration.ofMinutes(10));

        assertThat(grants.isLive("one")).isFalse();
        assertThat(grants.find("one")).isEmpty();
        assertThat(grants.end("one")).isFalse();
    }

    @Test
    void neitherAnEndedNorAnExpiredGrantIsBroughtBackByUse() {
        grants.open(grant("two"));
        grants.end("one");
        clock.advance(Duration.ofMinutes(10));
        grants.extend("one", clock.instant().plus(Duration.ofDays(30)));
        grants.extend("two", clock.instant().plus(Duration.ofDays(30)));

        assertThat(grants.isLive("one")).isFalse();
        assertThat(grants.isLive("two")).isFalse();
    }

    @Test
    void ofManyWhoEndOneGrantAtOnceOneIsFirst() {
        List<Boolean> first = Race.of(200, () -> grants.end("one"));

        assertThat(first).containsOnlyOnce(true);
    }

    private Grant grant(String id) {
        Instant opened = Instant.parse("2026-11-23T10:00:00Z");
        return new Grant(
                id,
                "client",
                Samples.ALICE,
                Scopes.offered(),
                Samples.RESOURCE,
                opened,
                opened.plus(Duration.ofMinutes(10)));
    }
}
