package org.mcpproxy.relay;

import com.nimbusds.oauth2.sdk.Scope;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.mcpproxy.oauth.ProofChallenge;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.RequiredSignOn;

/**
 * The {@code WWW-Authenticate} challenges of a protected resource (RFC 6750 3, RFC 9470 3, RFC 9728 5.1, RFC 9449 7): by bearer
 * token, and after it by bound token, where such are taken. Some clients look at the first one alone.
 */
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
            Reason.OKTA_TOKEN_BOUND,
            Reason.TOKEN_REVOKED,
            Reason.NODE_PASS_INVALID,
            Reason.TOKEN_SCHEME_WRONG,
            Reason.TOKEN_OF_OTHER_KEY,
            Reason.SCOPE_INSUFFICIENT,
            Reason.AUTHENTICATION_INSUFFICIENT,
            Reason.MALFORMED_REQUEST);

    private Challenge() {}

    /** Whether this refusal is about the token, so that its answer carries a challenge. */
    static boolean belongsTo(Reason reason) {
        return CHALLENGED.contains(reason) || ProofChallenge.isAboutProof(reason);
    }

    /**
     * A request without a token gets no error code (RFC 6750 3.1): it did nothing wrong. Else the scheme that it used has it
     * (RFC 9449 7.2).
     *
     * @param scope all that is needed
     * @param signOn what is needed of it
     * @param proven whether the request used the scheme {@code DPoP}
     */
    static List<String> of(Reason reason, McpEndpoint resource, Scope scope, RequiredSignOn signOn, boolean proven) {
        String where = signOn(signOn) + where(resource, scope);
        if (!resource.takesProofs()) {
            return List.of("Bearer " + error(reason) + where);
        }
        return proven
                ? List.of("Bearer " + where, ProofChallenge.of(reason) + ", " + where)
                : List.of("Bearer " + error(reason) + where, ProofChallenge.plain() + ", " + where);
    }

    private static String error(Reason reason) {
        return reason == Reason.TOKEN_MISSING
                ? ""
                : "error=\"" + reason.error().getCode() + "\", error_description=\"" + reason.sentence() + "\", ";
    }

    private static String where(McpEndpoint resource, Scope scope) {
        String metadata = "resource_metadata=\"" + resource.metadata() + '"';
        return scope.isEmpty() ? metadata : metadata + ", scope=\"" + scope + '"';
    }

    private static String signOn(RequiredSignOn needed) {
        return needed.acrValues()
                        .map(values -> "acr_values=\"" + String.join(" ", values) + "\", ")
                        .orElse("")
                + needed.maxAge()
                        .map(age -> "max_age=\"" + age.toSeconds() + "\", ")
                        .orElse("");
    }
}
