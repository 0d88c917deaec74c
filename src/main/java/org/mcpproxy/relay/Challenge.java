package org.mcpproxy.relay;

import com.nimbusds.oauth2.sdk.Scope;
import java.util.EnumSet;
import java.util.Set;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.RequiredSignOn;

/** The {@code WWW-Authenticate} challenge of a protected resource (RFC 6750 3, RFC 9470 3, RFC 9728 5.1). */
final class Challenge {

    private static final Set<Reason> CHALLENGED = EnumSet.of(
            Reason.TOKEN_MISSING,
            Reason.TOKEN_IN_QUERY,
            Reason.TOKEN_MALFORMED,
            Reason.TOKEN_SIGNATURE_WRONG,
            Reason.TOKEN_EXPIRED,
            Reason.TOKEN_ISSUER_WRONG,
            Reason.TOKEN_AUDIENCE_WRONG,
            Reason.TOKEN_OF_PROXY,
            Reason.TOKEN_REVOKED,
            Reason.SCOPE_INSUFFICIENT,
            Reason.AUTHENTICATION_INSUFFICIENT,
            Reason.MALFORMED_REQUEST);

    private Challenge() {}

    /** Whether this refusal is about the token, so that its answer carries a challenge. */
    static boolean belongsTo(Reason reason) {
        return CHALLENGED.contains(reason);
    }

    /**
     * A request without a token gets no error code (RFC 6750 3.1): it did nothing wrong.
     *
     * @param scope all that is needed
     * @param signOn what is needed of it
     */
    static String of(Reason reason, McpEndpoint resource, Scope scope, RequiredSignOn signOn) {
        StringBuilder challenge = new StringBuilder("Bearer ");
        if (reason != Reason.TOKEN_MISSING) {
            challenge
                    .append("error=\"")
                    .append(reason.error().getCode())
                    .append("\", error_description=\"")
                    .append(reason.sentence())
                    .append("\", ");
        }
        signOn.acrValues().ifPresent(values -> add(challenge, "acr_values", String.join(" ", values)));
        signOn.maxAge().ifPresent(age -> add(challenge, "max_age", Long.toString(age.toSeconds())));
        challenge.append("resource_metadata=\"").append(resource.metadata()).append('"');
        if (!scope.isEmpty()) {
            challenge.append(", scope=\"").append(scope).append('"');
        }
        return challenge.toString();
    }

    private static void add(StringBuilder challenge, String name, String value) {
        challenge.append(name).append("=\"").append(value).append("\", ");
    }
}
