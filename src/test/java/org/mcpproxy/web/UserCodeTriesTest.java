package org.mcpproxy.web;

import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

/** RFC 8628 5.1. */
class UserCodeTriesTest {

    private final SettableClock clock = new SettableClock();
    private final UserCodeTries tries = new UserCodeTries(Samples.settings(), clock);

    @Test
    void aBrowserHasTenInTenMinutesAndOthersAreNotHeldUp() {
        for (int i = 0; i < 10; i++) {
            tries.take("browser", "203.0.113.9");
        }

        assertRefused(Reason.TOO_MANY_REQUESTS, () -> tries.take("browser", "203.0.113.9"));
        tries.take("another", "203.0.113.9");
        clock.advance(Duration.ofMinutes(1));
        tries.take("browser", "203.0.113.9");
        assertRefused(Reason.TOO_MANY_REQUESTS, () -> tries.take("browser", "203.0.113.9"));
    }

    /** Who forgets its cookie is another browser. */
    @Test
    void anAddressHasSixtyInAMinute() {
        for (int i = 0; i < 60; i++) {
            tries.take("browser-" + i, "203.0.113.9");
        }

        assertRefused(Reason.TOO_MANY_REQUESTS, () -> tries.take("browser", "203.0.113.9"));
        tries.take("browser", "203.0.113.10");
    }

    /** Else one who tries on and on would keep everybody from entering a code. */
    @Test
    void whoIsStoppedCostsTheOthersNothing() {
        for (int i = 0; i < 10; i++) {
            tries.take("browser", "203.0.113.9");
        }
        for (int i = 0; i < 1_000; i++) {
            assertRefused(Reason.TOO_MANY_REQUESTS, () -> tries.take("browser", "203.0.113.9"));
        }
        for (int i = 0; i < 50; i++) {
            tries.take("another-" + i, "203.0.113.9");
        }
        for (int i = 0; i < 1_000; i++) {
            String forgetful = "forgetful-" + i;
            assertRefused(Reason.TOO_MANY_REQUESTS, () -> tries.take(forgetful, "203.0.113.9"));
        }

        tries.take("elsewhere", "203.0.113.10");
    }

    @Test
    void allTogetherHaveAThousandInAMinute() {
        for (int i = 0; i < 1_000; i++) {
            tries.take("browser-" + i, "203.0." + i / 250 + "." + i % 250);
        }

        assertRefused(Reason.TOO_MANY_REQUESTS, () -> tries.take("browser", "198.51.100.1"));
        clock.advance(Duration.ofMinutes(1));
        tries.take("browser", "198.51.100.1");
    }
}
