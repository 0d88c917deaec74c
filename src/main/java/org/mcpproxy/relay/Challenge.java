package org.mcpproxy.relay;

import com.nimbusds.oauth2.sdk.Scope;
import java.util.EnumSet;
import java.util.Set;
import org.mcpproxy.oauth.Reason;

/** The {@code WWW-Authenticate} challenge of a protected resource (RFC 6750 3, RFC 9728 5.1). */
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
            Reason.NODE_PASS_INVALID,
            Reason.SCOPE_INSUFFICIENT,
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
     */
    static String of(Reason reason, McpEndpoint resource, Scope scope) {
        StringBuilder challenge = new StringBuilder("Bearer ");
        if (reason != Reason.TOKEN_MISSING) {
            challenge
                    .append("error=\"")
                    .append(reason.error().getCode())
                    .append("\", error_description=\"")
                    .append(reason.sentence())
                    .append("\", ");
        }
        challenge.append("resource_metadata=\"").append(resource.metadata()).append('"');
        if (!scope.isEmpty()) {
            challenge.append(", scope=\"").append(scope).append('"');
        }
        return challenge.toString();
    }
}
