package org.mcpproxy.oauth;

import java.time.Duration;
import java.util.Optional;

/**
 * A request that is refused. Carries the {@link Reason} only, so that nothing the stranger sent can reach a log or an
 * answer through it; has no stack trace, so that refusing is cheap.
 */
public final class Rejection extends RuntimeException {

    private final Reason reason;
    private final Duration retryAfter;

    private Rejection(Reason reason, Duration retryAfter, Throwable cause) {
        super(reason.name(), cause, false, false);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public static Rejection of(Reason reason) {
        return new Rejection(reason, null, null);
    }

    /** @param cause for the debug trace alone; never shown */
    public static Rejection of(Reason reason, Throwable cause) {
        return new Rejection(reason, null, cause);
    }

    /** A refusal for the time being (429 or 503). */
    public static Rejection until(Reason reason, Duration retryAfter) {
        return new Rejection(reason, retryAfter, null);
    }

    public Reason reason() {
        return reason;
    }

    /** What {@code Retry-After} (RFC 9110 10.2.3) says, where the refusal is for a time only. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
