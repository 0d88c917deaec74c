package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

class AddressRateLimitTest {

    private Instant now = Instant.parse("2026-11-23T10:00:00Z");

    private final AddressRateLimit limit = new AddressRateLimit(3, Duration.ofMinutes(1), new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    });

    @Test
    void whatIsOverTheLimitIsRefusedWithTheTimeToWait() {
        takeThree("192.0.2.7");

        assertThatThrownBy(() -> limit.take("192.0.2.7"))
                .asInstanceOf(InstanceOfAssertFactories.type(Rejection.class))
                .returns(Reason.TOO_MANY_REQUESTS, Rejection::reason)
                .returns(
                        Duration.ofSeconds(20),
                        rejection -> rejection.retryAfter().orElseThrow());
    }

    @Test
    void oneAddressDoesNotSlowAnother() {
        takeThree("192.0.2.7");

        assertThatCode(() -> limit.take("192.0.2.8")).doesNotThrowAnyException();
    }

    @Test
    void theAllowanceComesBackWithTime() {
        takeThree("192.0.2.7");
        now = now.plusSeconds(20);

        assertThatCode(() -> limit.take("192.0.2.7")).doesNotThrowAnyException();
        assertThatThrownBy(() -> limit.take("192.0.2.7")).isInstanceOf(Rejection.class);
    }

    @Test
    void theAddressesOfOneIpv6SubscriberCountAsOne() {
        takeThree("2001:db8:0:1::1");

        assertThatThrownBy(() -> limit.take("2001:db8:0:1:ffff::2")).isInstanceOf(Rejection.class);
        assertThatCode(() -> limit.take("2001:db8:0:2::1")).doesNotThrowAnyException();
    }

    @Test
    void askingWhetherAnyIsLeftCountsNothing() {
        for (int i = 0; i < 10; i++) {
            limit.requireAny("192.0.2.7", "one");
        }
        countThree("192.0.2.7", "one");

        assertThatThrownBy(() -> limit.requireAny("192.0.2.7", "one")).isInstanceOf(Rejection.class);
    }

    @Test
    void oneThingOfAnAddressDoesNotSlowAnother() {
        countThree("2001:db8:0:1::1", "one");

        assertThatThrownBy(() -> limit.requireAny("2001:db8:0:1::2", "one")).isInstanceOf(Rejection.class);
        assertThatCode(() -> limit.requireAny("2001:db8:0:1::1", "other")).doesNotThrowAnyException();
        assertThatCode(() -> limit.take("2001:db8:0:1::1")).doesNotThrowAnyException();
    }

    private void countThree(String address, String thing) {
        for (int i = 0; i < 3; i++) {
            limit.count(address, thing);
        }
    }

    private void takeThree(String address) {
        for (int i = 0; i < 3; i++) {
            limit.take(address);
        }
    }
}
