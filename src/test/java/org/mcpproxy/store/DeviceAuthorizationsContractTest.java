package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.DeviceAuthorizations;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.oauth.Reason;

@OnEachDatabase
class DeviceAuthorizationsContractTest {

    private static final Duration INTERVAL = Duration.ofSeconds(DeviceAuthorizations.INTERVAL_SECONDS);

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final DeviceAuthorizations devices;
    private final DeviceAuthorizations another;
    private final Kept kept;
    private final DeviceAuthorization device;

    DeviceAuthorizationsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        devices = store.devices;
        another = store.beside(clock).devices;
        kept = new Kept(store, clock);
        device = kept.device("one", "client");
    }

    @BeforeEach
    void begin() {
        store.grants.open(kept.grant("grant"));
        assertThat(devices.begin(device)).isTrue();
    }

    @Test
    void oneIsFoundWholeByEitherCode() {
        assertThat(another.find("one")).contains(device);
        assertThat(another.findOpen(List.of("another", device.userCodeHash()))).contains(device);
        assertThat(devices.find("another")).isEmpty();
        assertThat(devices.findOpen(List.of("another", "one"))).isEmpty();
    }

    @Test
    void noTwoHaveOneUserCode() {
        DeviceAuthorization other = kept.device("two", "client");
        DeviceAuthorization same = new DeviceAuthorization(
                "two",
                device.userCodeHash(),
                other.clientId(),
                other.scope(),
                other.resources(),
                other.demands(),
                other.payer(),
                other.address(),
                other.begunAt(),
                other.expiresAt(),
                Decision.PENDING,
                Optional.empty());

        assertThat(devices.begin(same)).isFalse();
        assertThat(devices.find("two")).isEmpty();
    }

    @Test
    void theFirstDecisionStands() {
        assertThat(devices.allow("one", "grant")).isTrue();
        assertThat(another.deny("one")).isFalse();
        assertThat(another.allow("one", "other")).isFalse();

        assertThat(devices.find("one").orElseThrow().grantId()).contains("grant");
        assertThat(devices.findOpen(List.of(device.userCodeHash()))).isEmpty();

        devices.begin(kept.device("two", "client"));
        assertThat(devices.deny("two")).isTrue();
        assertThat(another.allow("two", "grant")).isFalse();
        assertThat(another.find("two").orElseThrow().decision()).isEqualTo(Decision.DENIED);
    }

    @Test
    void onceItExpiredNobodyDecidesAnyMoreAndItIsKnownForAnHour() {
        clock.advance(Kept.SIGN_ON);

        assertThat(devices.allow("one", "grant")).isFalse();
        assertThat(devices.deny("one")).isFalse();
        assertThat(devices.findOpen(List.of(device.userCodeHash()))).isEmpty();
        assertThat(devices.find("one")).contains(device);

        clock.advance(Duration.ofHours(1));
        assertThat(devices.find("one")).isEmpty();
    }

    /** RFC 8628 3.5. */
    @Test
    void whoComesTooSoonWaitsFiveSecondsLongerFromThenOnWhicheverNodeItAsks() {
        assertThat(devices.poll("one")).isTrue();
        assertThat(another.poll("one")).isFalse();

        clock.advance(INTERVAL.plusSeconds(2));
        assertThat(devices.poll("one")).as("now it is ten seconds").isFalse();

        clock.advance(INTERVAL.multipliedBy(3));
        assertThat(another.poll("one")).as("and now fifteen").isTrue();
        clock.advance(INTERVAL.multipliedBy(2));
        assertThat(devices.poll("one"))
                .as("which holds for all that come after")
                .isFalse();
    }

    @Test
    void whoWaitsForTheIntervalIsNeverTooSoon() {
        for (int i = 0; i < 20; i++) {
            assertThat(devices.poll("one")).isTrue();
            clock.advance(INTERVAL);
        }
    }

    @Test
    void ofManyWhoAskAtOnceOneIsInTime() {
        assertThat(Race.of(20, () -> devices.poll("one"))).containsOnlyOnce(true);
    }

    @Test
    void whatWasAllowedIsRedeemedOnceWithItsFirstToken() {
        DeviceAuthorization allowed = allowed();

        assertThat(redeem(allowed, "first")).isTrue();
        assertThat(redeem(allowed, "second")).isFalse();

        assertThat(devices.find("one").orElseThrow().decision()).isEqualTo(Decision.REDEEMED);
        assertThat(kept.tokens()).containsExactly("first");
        assertThat(store.grants.findByFamily("family-grant").orElseThrow().expiresAt())
                .isEqualTo(clock.instant().plus(Kept.UNUSED));
    }

    /** Whoever asks at the very moment has read that it was allowed. */
    @Test
    void whatNobodyAllowedIsNotRedeemed() {
        DeviceAuthorization believed = believedAllowed();

        assertThat(redeem(believed, "first")).as("nobody has decided").isFalse();
        devices.deny("one");
        assertThat(redeem(believed, "first")).as("it was denied").isFalse();

        assertThat(devices.find("one").orElseThrow().decision()).isEqualTo(Decision.DENIED);
        assertThat(kept.tokens()).isEmpty();
    }

    @Test
    void ofManyWhoRedeemOneAtOnceOneWinsAndItsTokenStands() {
        DeviceAuthorization allowed = allowed();

        List<Boolean> won =
                Race.of(200, () -> redeem(allowed, "token-" + kept.numbers().incrementAndGet()));

        assertThat(won).containsOnlyOnce(true);
        assertThat(kept.tokens()).hasSize(1);
    }

    @Test
    void whatExpiredIsNotRedeemedAndLeavesNothing() {
        DeviceAuthorization allowed = allowed();
        clock.advance(Kept.SIGN_ON.minusSeconds(1));
        Instant end = store.grants.find("grant").orElseThrow().expiresAt();
        store.database.update("UPDATE access_grant SET expires_at = ?", end.plusSeconds(60));
        clock.advance(Duration.ofSeconds(1));

        assertThat(redeem(allowed, "first")).isFalse();

        assertThat(kept.tokens()).isEmpty();
        assertThat(store.grants.find("grant").orElseThrow().expiresAt()).isEqualTo(end.plusSeconds(60));
    }

    @Test
    void anEndedGrantLeavesItUnused() {
        DeviceAuthorization allowed = allowed();
        store.grants.end("grant");

        assertRefused(Reason.GRANT_ENDED, () -> redeem(allowed, "first"));

        assertThat(devices.find("one").orElseThrow().decision()).isEqualTo(Decision.ALLOWED);
        assertThat(kept.tokens()).isEmpty();
    }

    @Test
    void aFullStoreTakesNoMore() {
        DeviceAuthorizations full = new JdbcDeviceAuthorizations(store.database, clock, 1);

        assertRefused(Reason.SERVER_FULL, () -> full.begin(kept.device("two", "client")));
    }

    @Test
    void ofOnePayerOnlySomeWaitForAPerson() {
        for (int number = 0; number < 200; number++) {
            devices.begin(ofOnePayer(number));
        }

        assertRefused(Reason.TOO_MANY_REQUESTS, () -> devices.begin(ofOnePayer(200)));
        assertThat(devices.begin(kept.device("another's", "client"))).isTrue();
        devices.deny("device-0");
        assertThat(devices.begin(ofOnePayer(200)))
                .as("nobody is waited for there")
                .isTrue();
    }

    private DeviceAuthorization ofOnePayer(int number) {
        DeviceAuthorization one = kept.device("device-" + number, "client");
        return new DeviceAuthorization(
                one.hash(),
                one.userCodeHash(),
                one.clientId(),
                one.scope(),
                one.resources(),
                one.demands(),
                "payer",
                one.address(),
                one.begunAt(),
                one.expiresAt(),
                one.decision(),
                one.grantId());
    }

    private DeviceAuthorization believedAllowed() {
        return new DeviceAuthorization(
                device.hash(),
                device.userCodeHash(),
                device.clientId(),
                device.scope(),
                device.resources(),
                device.demands(),
                device.payer(),
                device.address(),
                device.begunAt(),
                device.expiresAt(),
                Decision.ALLOWED,
                Optional.of("grant"));
    }

    private DeviceAuthorization allowed() {
        devices.allow("one", "grant");
        return devices.find("one").orElseThrow();
    }

    private boolean redeem(DeviceAuthorization allowed, String firstHash) {
        RefreshToken first = kept.token("grant", firstHash);
        return devices.redeem(allowed, Optional.of(first), first.expiresAt());
    }
}
