package org.mcpproxy.web;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Measured;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * This node's metrics, for a Prometheus that bears {@code METRICS_TOKEN}. Without that setting there is nothing at this
 * address. They tell of nobody, but how much is going on, and what is refused, is an attacker's business least of all.
 */
@WebServlet(MetricsServlet.PATH)
public class MetricsServlet extends TracelessServlet {

    static final String PATH = "/metrics";

    private static final List<String> METHODS = List.of("GET", "HEAD", "OPTIONS");
    private static final int UNAUTHORIZED = 401;

    private final transient List<Secret> tokens;
    private final transient Meters meters;
    private final transient BareRefusals refusals;
    private final transient FailedAuthentications failed;
    private final transient AuditLog audit;

    @Inject
    public MetricsServlet(
            Settings settings,
            Meters meters,
            @Any Instance<Measured> measured,
            BareRefusals refusals,
            FailedAuthentications failed,
            AuditLog audit) {
        this.tokens = settings.metricsTokens();
        this.meters = meters;
        this.refusals = refusals;
        this.failed = failed;
        this.audit = audit;
        if (!tokens.isEmpty()) {
            measured.forEach(each -> each.describe(meters));
            meters.describeJvm();
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (tokens.isEmpty()) {
            refusals.refuse(HttpServletResponse.SC_NOT_FOUND, request, response);
        } else if (METHODS.contains(request.getMethod())) {
            answer(request, response);
        } else {
            response.setHeader("Allow", String.join(", ", METHODS));
            refusals.refuse(HttpServletResponse.SC_METHOD_NOT_ALLOWED, request, response);
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            requireToken(request);
        } catch (Rejection rejection) {
            refuse(rejection, request, response);
            return;
        }
        byte[] text = meters.text();
        response.setContentType(Meters.MEDIA_TYPE);
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(text.length);
        response.getOutputStream().write(text);
    }

    /** @throws Rejection {@code METRICS_TOKEN_…}, {@code TOKEN_IN_QUERY}, or {@code TOO_MANY_REQUESTS} */
    private void requireToken(HttpServletRequest request) {
        try {
            requireKnown(PresentedToken.find(
                    Collections.list(request.getHeaders("Authorization")), request.getQueryString()));
        } catch (Rejection rejection) {
            if (rejection.reason().status() == UNAUTHORIZED) {
                failed.count(Trail.of(request).address());
            }
            throw rejection.reason() == Reason.TOKEN_MISSING ? Rejection.of(Reason.METRICS_TOKEN_MISSING) : rejection;
        }
    }

    /** All are compared, whichever it is. */
    private void requireKnown(Secret presented) {
        if (tokens.stream().filter(presented::equals).count() == 0) {
            throw Rejection.of(Reason.METRICS_TOKEN_WRONG);
        }
    }

    private void refuse(Rejection rejection, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        audit.record(new AuditEvent.Refused(Trail.of(request), null, null, Endpoint.of(request), rejection.reason()));
        ErrorAnswer answer = ErrorAnswer.of(rejection);
        if (answer.status() == UNAUTHORIZED) {
            response.setHeader("WWW-Authenticate", "Bearer realm=\"metrics\"");
        }
        answer.writeTo(request, response);
    }
}
