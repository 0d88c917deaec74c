package org.mcpproxy.oauth;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Duration;
import java.util.Optional;

/**
 * A request that is refused. Carries the {@link Reason} only, so that nothing the stranger sent can reach a log or an
 * answer through it; has no stack trace, so that refusing is cheap.
 */
public final class Rejection extends RuntimeException {

    private final Reason reason;
    private final Duration retryAfter;
    private final transient Scope scope;
    private final transient RequiredSignOn signOn;

    private Rejection(Reason reason, Duration retryAfter, Scope scope, RequiredSignOn signOn, Throwable cause) {
        super(reason.name(), cause, false, false);
        this.reason = reason;
        this.retryAfter = retryAfter;
        this.scope = scope;
        this.signOn = signOn;
    }

    public static Rejection of(Reason reason) {
        return new Rejection(reason, null, null, null, null);
    }

    /** @param cause for the debug trace alone; never shown */
    public static Rejection of(Reason reason, Throwable cause) {
        return new Rejection(reason, null, null, null, cause);
    }

    /** A refusal for the time being (429 or 503). */
    public static Rejection until(Reason reason, Duration retryAfter) {
        return new Rejection(reason, retryAfter, null, null, null);
    }

    /** The token lacks a scope ({@code SCOPE_INSUFFICIENT}); these are all that are needed, those that it has among them. */
    public static Rejection needing(Scope scope) {
        return new Rejection(Reason.SCOPE_INSUFFICIENT, null, scope, null, null);
    }

    /**
     * The token lacks a scope ({@code SCOPE_INSUFFICIENT}), or the person must sign on anew ({@code
     * AUTHENTICATION_INSUFFICIENT}).
     *
     * @param scope all that are needed, be they there or not
     * @param signOn all that is needed of it, be it met or not
     */
    public static Rejection needing(Reason reason, Scope scope, RequiredSignOn signOn) {
        return new Rejection(reason, null, scope, signOn, null);
    }

    /** The sign-on that is needed, where the policy demands one. */
    public Optional<RequiredSignOn> signOn() {
        return Optional.ofNullable(signOn);
    }

    /** The scopes that are needed, where they are not those of the whole resource. */
    public Optional<Scope> scope() {
        return Optional.ofNullable(scope);
    }

    public Reason reason() {
        return reason;
    }

    /** What {@code Retry-After} (RFC 9110 10.2.3) says, where the refusal is for a time only. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
