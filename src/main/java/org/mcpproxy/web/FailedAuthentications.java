package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Rejection;

/**
 * How often one address may fail to authenticate as any client, and how often it may guess at one client's secret (RFC
 * 6749 2.3.1), for this node. Successes cost nothing, and are not held up by what others behind the same address fail at.
 */
@Singleton
public class FailedAuthentications {

    private final AddressRateLimit failures;
    private final AddressRateLimit guesses;

    @Inject
    public FailedAuthentications(Settings settings, Clock clock) {
        int times = settings.addressLimits().failedAuthentications();
        this.failures = new AddressRateLimit(times, AddressRateLimits.WINDOW, clock);
        this.guesses = new AddressRateLimit(times, AddressRateLimits.WINDOW, clock);
    }

    /**
     * Counts a failure.
     *
     * @throws Rejection {@code TOO_MANY_REQUESTS} where this address has failed too often: then nothing is told it of why
     */
    public void count(String address) {
        failures.take(address);
    }

    /** Counts a wrong secret of a client that exists, so that strangers cannot fill this with names. */
    public void countGuess(String address, String clientId) {
        guesses.count(address, clientId);
    }

    /**
     * To be asked before a secret is looked at: else the last of many guesses could still be the right one.
     *
     * @throws Rejection {@code TOO_MANY_REQUESTS} where this address has guessed at this client too often
     */
    public void requireGuess(String address, String clientId) {
        guesses.requireAny(address, clientId);
    }
}
