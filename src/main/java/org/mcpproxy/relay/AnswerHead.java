package org.mcpproxy.relay;

import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Status and headers of a backend's answer, on their way to the client. */
final class AnswerHead {

    private static final String EVENTS = "text/event-stream";

    private final BackendClient.Answer answer;
    private final boolean events;

    AnswerHead(BackendClient.Answer answer) {
        this.answer = answer;
        this.events = Header.values(answer.headers(), "Content-Type").stream()
                .anyMatch(type -> type.regionMatches(true, 0, EVENTS, 0, EVENTS.length()));
    }

    /**
     * A backend's 401 is about the proxy, but the client would take it for our challenge and begin a new sign-on, again
     * and again. A redirect would lead the client, with its token, round the proxy.
     */
    static void requireRelayable(BackendClient.Answer answer) {
        if (answer.status() == 401 || answer.status() == 407) {
            throw Rejection.of(Reason.BACKEND_REFUSED_PROXY);
        }
        if (answer.status() < 200 || (answer.status() >= 300 && answer.status() < 400)) {
            throw Rejection.of(Reason.BACKEND_ANSWER_INVALID);
        }
    }

    boolean isOfEvents() {
        return events;
    }

    void writeTo(HttpServletResponse response, Era era) {
        response.setStatus(answer.status());
        ForwardedHeaders.toClient(answer.headers(), era)
                .forEach(header -> response.addHeader(header.name(), header.value()));
        if (events) {
            // RFC-less, but nginx and its kin hold events back without it.
            response.setHeader("X-Accel-Buffering", "no");
        } else {
            setLength(response);
        }
    }

    /** A comment within a compressed stream would corrupt it. We ask for none, but a backend may not heed that. */
    boolean takesComments() {
        return events && Header.values(answer.headers(), "Content-Encoding").isEmpty();
    }

    /** Not of an event stream, into which heartbeats are written. */
    private void setLength(HttpServletResponse response) {
        List<String> length = Header.values(answer.headers(), "Content-Length");
        if (length.size() == 1) {
            response.setContentLengthLong(Long.parseLong(length.get(0)));
        }
    }
}
