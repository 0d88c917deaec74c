package org.mcpproxy.web;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Turns what an endpoint throws into its answer: a {@link Rejection} into the protocol's error (RFC 6749 5.2, RFC 7591
 * 3.2.2), audited; anything unforeseen into a bare {@code server_error}, logged.
 */
@Provider
@Dependent
public class ErrorMapper implements ExceptionMapper<Throwable> {

    private static final String OURS = "org.mcpproxy.";
    private static final String FILTERS = OURS + "web.";

    @Context
    private HttpServletRequest request;

    // Fields, because RESTEasy makes a provider only by a constructor without parameters.
    @Inject
    private AuditLog audit;

    @Inject
    private BareRefusals refusals;

    @Override
    public Response toResponse(Throwable failure) {
        Rejection rejection = rejectionIn(failure);
        if (rejection != null) {
            return refusal(rejection);
        }
        if (failure instanceof WebApplicationException known
                && known.getResponse().getStatus() < 500) {
            refusals.record(known.getResponse().getStatus(), request);
            return answer(ErrorAnswer.of(known.getResponse().getStatus()), known.getResponse());
        }
        if (!isOurs(failure)) {
            return refusal(Rejection.of(Reason.MALFORMED_REQUEST, failure));
        }
        Failures.log(Trail.of(request), failure);
        return refusal(Rejection.of(Reason.INTERNAL_ERROR, failure));
    }

    /**
     * Whether an endpoint of ours was at work. Else JAX-RS could not make sense of the request: a wrong percent-encoding
     * in a form, an unknown charset, a media range that is none. A stranger shall not fill the log with stack traces by that.
     */
    private static boolean isOurs(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            for (StackTraceElement frame : cause.getStackTrace()) {
                String type = frame.getClassName();
                if (type.startsWith(OURS) && !type.startsWith(FILTERS)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A refusal may come wrapped, as the body's reader wraps what its stream throws. */
    private static Rejection rejectionIn(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Rejection rejection) {
                return rejection;
            }
        }
        return null;
    }

    private Response refusal(Rejection rejection) {
        // a device that asks whether a person has decided is refused nothing, and asks every five seconds
        if (rejection.reason() != Reason.AUTHORIZATION_PENDING) {
            Actor actor = Actor.of(request);
            audit.record(new AuditEvent.Refused(
                    Trail.of(request), actor.user(), actor.client(), Endpoint.of(request), rejection.reason()));
        }
        boolean proven = PresentedToken.isOfProof(Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION)));
        return answer(ErrorAnswer.of(rejection, proven), null);
    }

    private Response answer(ErrorAnswer error, Response known) {
        Response.ResponseBuilder answer = Response.status(error.status())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .type(error.type(request))
                .entity(error.body(request).getBytes(StandardCharsets.UTF_8));
        error.retryAfterSeconds().ifPresent(seconds -> answer.header(HttpHeaders.RETRY_AFTER, seconds));
        error.contentSecurityPolicy(request).ifPresent(policy -> answer.header("Content-Security-Policy", policy));
        if (known != null && known.getHeaderString(HttpHeaders.ALLOW) != null) {
            answer.header(HttpHeaders.ALLOW, known.getHeaderString(HttpHeaders.ALLOW));
        }
        challenges(error).forEach(challenge -> answer.header(HttpHeaders.WWW_AUTHENTICATE, challenge));
        return answer.build();
    }

    private List<String> challenges(ErrorAnswer error) {
        boolean unauthorized = error.status() == Response.Status.UNAUTHORIZED.getStatusCode();
        return error.challenges().isEmpty() && unauthorized && triedToAuthenticate()
                ? List.of("Basic realm=\"clients\", charset=\"UTF-8\"")
                : error.challenges();
    }

    /** By a header, whatever its scheme (RFC 6749 5.2). */
    private boolean triedToAuthenticate() {
        return request.getHeader(HttpHeaders.AUTHORIZATION) != null;
    }
}
