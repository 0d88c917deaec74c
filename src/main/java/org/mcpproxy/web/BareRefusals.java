package org.mcpproxy.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;

/**
 * Refusals of which nothing is known but an HTTP status, as the container and JAX-RS give them: no such address, method or
 * media type. They are audited too, but of one address no more than 60 in a minute have a line of their own: whoever tries
 * thousands of addresses shall not fill the log by that. The others are counted, and a line a minute says how many they were.
 * The access log has them all.
 */
@Singleton
public class BareRefusals {

    private static final int MOST_LINES = 60;
    private static final int MOST_COUNTED = 10_000;
    private static final String NO_REQUEST_ID = "none";

    private final AuditLog audit;
    private final AddressRateLimit lines;
    private final Cache<String, LeftOut> leftOut;

    @Inject
    public BareRefusals(AuditLog audit, Clock clock) {
        this(audit, clock, Ticker.systemTicker());
    }

    BareRefusals(AuditLog audit, Clock clock, Ticker ticker) {
        this.audit = audit;
        this.lines = new AddressRateLimit(MOST_LINES, AddressRateLimits.WINDOW, clock);
        this.leftOut = Caffeine.newBuilder()
                .maximumSize(MOST_COUNTED)
                .expireAfter(Expiry.creating((network, counted) -> AddressRateLimits.WINDOW))
                .ticker(ticker)
                .scheduler(Scheduler.systemScheduler())
                .executor(Runnable::run)
                .<String, LeftOut>evictionListener((network, counted, cause) -> report(counted))
                .build();
    }

    /** Nothing that was counted is lost with the server. */
    @PreDestroy
    void reportAll() {
        leftOut.asMap().keySet().forEach(network -> report(leftOut.asMap().remove(network)));
    }

    void refuse(int status, HttpServletRequest request, HttpServletResponse response) throws IOException {
        record(status, request);
        ErrorAnswer.of(status).writeTo(request, response);
    }

    void record(int status, HttpServletRequest request) {
        Trail trail = Optional.ofNullable(Trail.of(request))
                .orElseGet(() -> new Trail(NO_REQUEST_ID, request.getRemoteAddr()));
        if (lines.count(trail.address())) {
            Actor actor = Actor.of(request);
            audit.record(new AuditEvent.Refused(
                    trail, actor.user(), actor.client(), path(request), ErrorAnswer.reason(status)));
        } else {
            leftOut.asMap().merge(Network.of(trail.address()), LeftOut.first(trail), LeftOut::plus);
        }
    }

    private void report(LeftOut counted) {
        audit.record(new AuditEvent.RefusalsLeftOut(counted.first(), counted.count()));
    }

    /** The one that was asked for, where the container has passed the request on to its error page. */
    private static String path(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String asked
                ? asked
                : request.getRequestURI();
    }

    /** Those of one address that have no line of their own. */
    private record LeftOut(Trail first, long count) {

        static LeftOut first(Trail trail) {
            return new LeftOut(trail, 1);
        }

        LeftOut plus(LeftOut more) {
            return new LeftOut(first, count + more.count);
        }
    }
}
