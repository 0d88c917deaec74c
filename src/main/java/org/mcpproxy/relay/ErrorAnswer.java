package org.mcpproxy.relay;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.oauth.ProofChallenge;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.RequiredSignOn;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * How a refusal looks on the wire: an OAuth error with its challenge where it is about who calls, a JSON-RPC error where
 * it is about the message or the backend.
 */
record ErrorAnswer(int status, List<Header> headers, byte[] body) {

    private static final int UNAUTHORIZED = 401;

    private static final JsonFactory JSON = new JsonFactory();

    /** @param request the headers of what is refused */
    static ErrorAnswer of(Rejection rejection, McpEndpoint resource, Optional<RequestId> id, List<Header> request) {
        Reason reason = rejection.reason();
        List<Header> headers = new ArrayList<>();
        headers.add(new Header("Content-Type", "application/json"));
        headers.add(new Header("Cache-Control", "no-store"));
        if (Challenge.belongsTo(reason)) {
            boolean proven = PresentedToken.isOfProof(Header.values(request, "Authorization"));
            Challenge.of(
                            reason,
                            resource,
                            rejection.scope().orElse(resource.scope()),
                            rejection.signOn().orElse(RequiredSignOn.ANY),
                            proven)
                    .forEach(challenge -> headers.add(new Header("WWW-Authenticate", challenge)));
        }
        rejection
                .retryAfter()
                .map(Duration::toSeconds)
                .ifPresent(seconds -> headers.add(new Header("Retry-After", Long.toString(Math.max(1, seconds)))));
        boolean aboutCaller = Challenge.belongsTo(reason) || reason == Reason.ORIGIN_FOREIGN;
        return new ErrorAnswer(
                status(reason, id),
                List.copyOf(headers),
                aboutCaller ? oauthError(reason) : JsonRpcError.body(reason, id));
    }

    /** The same, with a header more. */
    ErrorAnswer with(Optional<Header> more) {
        return new ErrorAnswer(
                status, Stream.concat(headers.stream(), more.stream()).toList(), body);
    }

    /** That nothing would help is an answer to a request, for its user to read; most clients read no answer of 403. */
    private static int status(Reason reason, Optional<RequestId> id) {
        if (ProofChallenge.isAboutProof(reason)) {
            return UNAUTHORIZED;
        }
        return reason == Reason.POLICY_FORBIDS && id.isPresent() ? 200 : reason.status();
    }

    private static byte[] oauthError(Reason reason) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            // A missing token has no code of its own; some clients parse the body, and want one.
            String code = reason.error().getCode();
            json.writeStringProperty("error", code == null ? "unauthorized" : code);
            json.writeStringProperty("error_description", reason.sentence());
            json.writeEndObject();
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
