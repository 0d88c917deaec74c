package org.mcpproxy.web;

import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.token.BearerTokenError;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.ProofChallenge;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.page.Page;

/**
 * An error as it is answered: the OAuth error in JSON (RFC 6749 5.2), or the same sentence as a page where a person is
 * looking. Only fixed text and the request id stand in it.
 */
public final class ErrorAnswer {

    /** What only bearer tokens are refused with. */
    private static final Set<String> BEARER_CODES =
            Set.of(BearerTokenError.INVALID_TOKEN.getCode(), BearerTokenError.INSUFFICIENT_SCOPE.getCode());

    /** Where bearer tokens alone are taken. */
    private static final Set<Reason> OF_REGISTRATION = Set.of(
            Reason.INITIAL_TOKEN_MISSING,
            Reason.INITIAL_TOKEN_WRONG,
            Reason.REGISTRATION_TOKEN_MISSING,
            Reason.REGISTRATION_TOKEN_WRONG);

    private static final String REALM = "Bearer realm=\"clients\"";

    private static final Set<Reason> SENT_WRONGLY = Set.of(Reason.TOKEN_IN_QUERY, Reason.TOKEN_SENT_TWICE);

    private final ErrorObject error;
    private final Optional<Duration> retryAfter;
    private final List<String> challenges;

    private ErrorAnswer(ErrorObject error, Optional<Duration> retryAfter, List<String> challenges) {
        this.error = error;
        this.retryAfter = retryAfter;
        this.challenges = challenges;
    }

    public static ErrorAnswer of(Reason reason) {
        return of(Rejection.of(reason));
    }

    public static ErrorAnswer of(Rejection rejection) {
        return of(rejection, false);
    }

    /** @param proven whether a token was presented with a proof: then it is a protected resource that refuses the proof */
    static ErrorAnswer of(Rejection rejection, boolean proven) {
        ErrorObject error = rejection.reason().error();
        return new ErrorAnswer(
                proven && ProofChallenge.isAboutProof(rejection.reason())
                        ? new ErrorObject(error.getCode(), error.getDescription(), 401)
                        : error,
                rejection.retryAfter(),
                challenges(rejection, proven));
    }

    /** For what the container or JAX-RS refused by itself. */
    static ErrorAnswer of(int status) {
        Reason reason = reason(status);
        return new ErrorAnswer(
                new ErrorObject(reason.error().getCode(), reason.sentence(), status), Optional.empty(), List.of());
    }

    /** Why the container or JAX-RS refused a request, as far as its status tells. */
    static Reason reason(int status) {
        return switch (status) {
            case 404 -> Reason.ADDRESS_UNKNOWN;
            case 405 -> Reason.HTTP_METHOD_UNSUPPORTED;
            case 406 -> Reason.ANSWER_TYPE_UNSUPPORTED;
            case 413 -> Reason.REQUEST_TOO_LARGE;
            case 415 -> Reason.BODY_TYPE_UNSUPPORTED;
            default -> status < 500 ? Reason.MALFORMED_REQUEST : Reason.INTERNAL_ERROR;
        };
    }

    public int status() {
        return error.getHTTPStatusCode();
    }

    /** The media type in which this request is answered. */
    public String type(HttpServletRequest request) {
        return isForPerson(request) ? Page.MEDIA_TYPE : "application/json";
    }

    /** The {@code Content-Security-Policy} of a page, whose style would be blocked by that of all other answers. */
    public Optional<String> contentSecurityPolicy(HttpServletRequest request) {
        return isForPerson(request) ? Optional.of(Page.contentSecurityPolicy()) : Optional.empty();
    }

    /** The body, in {@link #type}. */
    public String body(HttpServletRequest request) {
        return isForPerson(request)
                ? new ErrorPage(error.getDescription(), requestId(request)).html()
                : Json.write(error.toJSONObject());
    }

    /** The value of {@code Retry-After} in whole seconds, at least one. */
    public Optional<String> retryAfterSeconds() {
        return retryAfter.map(
                wait -> Long.toString(Math.max(1, wait.plusMillis(999).toSeconds())));
    }

    /**
     * The challenges of an endpoint for clients that takes tokens (RFC 6750 3, RFC 9449 7.2); none where this is not about one. Who
     * sent none did nothing wrong, and gets no error code.
     */
    List<String> challenges() {
        return challenges;
    }

    private static List<String> challenges(Rejection rejection, boolean proven) {
        Reason reason = rejection.reason();
        boolean asked = reason.error().getCode() == null;
        boolean aboutProof = proven && ProofChallenge.isAboutProof(reason);
        if (!asked && !aboutProof && !isAboutToken(reason)) {
            return List.of();
        }
        String bearer = asked || proven ? REALM : REALM + error(rejection);
        if (OF_REGISTRATION.contains(reason)) {
            return List.of(bearer);
        }
        return List.of(bearer, asked || !proven ? ProofChallenge.plain() : ProofChallenge.of(reason));
    }

    private static String error(Rejection rejection) {
        Reason reason = rejection.reason();
        String scope =
                rejection.scope().map(needed -> ", scope=\"" + needed + "\"").orElse("");
        return ", error=\"" + reason.error().getCode() + "\", error_description=\"" + reason.sentence() + "\"" + scope;
    }

    private static boolean isAboutToken(Reason reason) {
        return BEARER_CODES.contains(reason.error().getCode()) || SENT_WRONGLY.contains(reason);
    }

    /** Answers, where there is no JAX-RS. */
    public void writeTo(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(status());
        response.setHeader("Cache-Control", "no-store");
        retryAfterSeconds().ifPresent(seconds -> response.setHeader("Retry-After", seconds));
        contentSecurityPolicy(request).ifPresent(policy -> response.setHeader("Content-Security-Policy", policy));
        byte[] body = body(request).getBytes(StandardCharsets.UTF_8);
        response.setContentType(type(request));
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /**
     * Every browser that is taken to a page names XHTML. HTML alone would not tell: Java's {@code HttpURLConnection}, and
     * with it Nimbus, asks for that at the token endpoint too.
     */
    private static boolean isForPerson(HttpServletRequest request) {
        String accept = request.getHeader("Accept");
        return accept != null && accept.contains("application/xhtml+xml");
    }

    private static String requestId(HttpServletRequest request) {
        Trail trail = Trail.of(request);
        return trail == null ? "" : trail.requestId();
    }
}
