package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.mcpproxy.config.AddressLimits;
import org.mcpproxy.config.Settings;

/** The limits of every kind, for this node. */
@Singleton
public class AddressRateLimits {

    static final Duration WINDOW = Duration.ofMinutes(1);

    /** What is counted. */
    public enum Kind {
        REGISTRATION,
        AUTHORIZATION
    }

    private final Map<Kind, AddressRateLimit> limits = new EnumMap<>(Kind.class);

    @Inject
    public AddressRateLimits(Settings settings, Clock clock) {
        AddressLimits times = settings.addressLimits();
        limits.put(Kind.REGISTRATION, new AddressRateLimit(times.registrations(), WINDOW, clock));
        limits.put(Kind.AUTHORIZATION, new AddressRateLimit(times.authorizations(), WINDOW, clock));
    }

    public AddressRateLimit of(Kind kind) {
        return limits.get(kind);
    }
}
