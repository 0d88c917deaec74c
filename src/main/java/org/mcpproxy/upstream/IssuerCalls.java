package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.upstream.IssuerMeter.Outcome;

/**
 * Calls to the issuer, within what both sides can bear. Whatever is returned is an answer to the question, good or bad: an
 * outage, a time-out, a 5xx and a 429 are {@link Reason#OKTA_UNAVAILABLE}, with the time to wait.
 */
@ApplicationScoped
class IssuerCalls {

    /** What is called. Each has a rate limit of its own at Okta. */
    enum Endpoint {
        DISCOVERY,
        KEYS,
        PUSHED_REQUEST,
        TOKEN,
        EXCHANGE,
        USER_INFO,
        REVOCATION,
        /** Of the org server, where people sign on at another: what becomes of it says nothing of that one. */
        ORGANIZATION_DISCOVERY(false),
        ORGANIZATION_KEYS(false);

        private final boolean ofSignOns;

        Endpoint() {
            this(true);
        }

        Endpoint(boolean ofSignOns) {
            this.ofSignOns = ofSignOns;
        }
    }

    /**
     * Less than Okta's grace of 30 s for a refresh token whose rotation we did not hear of, so that the next try still
     * finds it alive.
     */
    static final Duration AFTER_OUTAGE = Duration.ofSeconds(5);

    private static final Logger LOG = System.getLogger(IssuerCalls.class.getName());

    private final HTTPRequestSender sender;
    private final CallLimits limits;
    private final UpstreamStatus status;
    private final IssuerMeter meter;
    private final Semaphore turns;
    private final Map<Endpoint, RateLimitHold> holds = new EnumMap<>(Endpoint.class);

    @Inject
    IssuerCalls(HTTPRequestSender sender, CallLimits limits, UpstreamStatus status, Clock clock, IssuerMeter meter) {
        this.sender = sender;
        this.limits = limits;
        this.status = status;
        this.meter = meter;
        this.turns = new Semaphore(limits.concurrent());
        for (Endpoint endpoint : Endpoint.values()) {
            holds.put(endpoint, new RateLimitHold(clock));
        }
    }

    /** For CDI's proxy. */
    protected IssuerCalls() {
        this.sender = null;
        this.limits = null;
        this.status = null;
        this.meter = null;
        this.turns = null;
    }

    /**
     * A call that must not be repeated, as it may have taken effect although no answer came: the token endpoint.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE}
     */
    HTTPResponse once(Endpoint endpoint, HTTPRequest request) {
        return attempt(endpoint, request);
    }

    /**
     * A call that does no harm when repeated; it is, once, after an outage but not after a 429.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE}
     */
    HTTPResponse repeatable(Endpoint endpoint, HTTPRequest request) {
        return repeatable(endpoint, () -> request);
    }

    /**
     * The same, for a request that is made anew each time, as a part of it works once: an assertion.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE}
     */
    HTTPResponse repeatable(Endpoint endpoint, Supplier<HTTPRequest> request) {
        try {
            return attempt(endpoint, request.get());
        } catch (Rejection first) {
            if (holds.get(endpoint).remaining().isPresent()) {
                throw first;
            }
            return attempt(endpoint, request.get());
        }
    }

    private HTTPResponse attempt(Endpoint endpoint, HTTPRequest request) {
        Optional<Duration> held = holds.get(endpoint).remaining();
        if (held.isPresent()) {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, held.get());
        }
        takeTurn(endpoint);
        long since = System.nanoTime();
        try {
            HTTPResponse response = send(request);
            meter.called(endpoint, Outcome.of(response.getStatusCode()), since);
            return judged(endpoint, response);
        } catch (IOException e) {
            meter.called(endpoint, Outcome.UNREACHABLE, since);
            throw unavailable(endpoint, e.getMessage());
        } finally {
            turns.release();
        }
    }

    private void takeTurn(Endpoint endpoint) {
        try {
            if (!turns.tryAcquire(limits.turn().toMillis(), TimeUnit.MILLISECONDS)) {
                throw unavailable(endpoint, "too many calls under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(endpoint, "interrupted");
        }
    }

    private HTTPResponse send(HTTPRequest request) throws IOException {
        return (HTTPResponse) sender.send(request);
    }

    private HTTPResponse judged(Endpoint endpoint, HTTPResponse response) {
        int code = response.getStatusCode();
        LOG.log(Level.DEBUG, "{0} endpoint answered {1}", endpoint, code);
        if (code == 429) {
            Duration wait = holds.get(endpoint).begin(response);
            lost(endpoint, "answered 429");
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, wait);
        }
        if (code >= 500 || code == 408) {
            throw unavailable(endpoint, "answered " + code);
        }
        if (endpoint.ofSignOns) {
            status.reached();
        }
        return response;
    }

    private void lost(Endpoint endpoint, String why) {
        if (endpoint.ofSignOns) {
            status.lost(endpoint + " endpoint: " + why);
        }
    }

    private Rejection unavailable(Endpoint endpoint, String why) {
        LOG.log(Level.DEBUG, "{0} endpoint: {1}", endpoint, why);
        lost(endpoint, why);
        return Rejection.until(Reason.OKTA_UNAVAILABLE, AFTER_OUTAGE);
    }
}
