package org.mcpproxy.config;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;
import org.mcpproxy.policy.PolicyInForce;

/** Gives the clock and the randomness to everything else, so that tests can give their own. */
@Singleton
class Sources {

    /** The {@link Clock} of everything. */
    @Produces
    @Singleton
    SharedClock clock() {
        return new SharedClock(Clock.systemUTC());
    }

    @Produces
    @Singleton
    RelayLimits relayLimits(Settings settings) {
        return settings.relayLimits();
    }

    @Produces
    @Singleton
    PolicyInForce policy(Settings settings) {
        return new PolicyInForce(settings.policy());
    }

    /** Cryptographically strong. */
    @Produces
    @Singleton
    RandomGenerator random() {
        return new SecureRandom();
    }
}
