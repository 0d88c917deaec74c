package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The key that a client wants its authorization code bound to (RFC 9449 10). */
final class NamedKey {

    private static final String PARAMETER = "dpop_jkt";

    /** A SHA-256 in base64url: no key could have any other. */
    private static final Pattern THUMBPRINT = Pattern.compile("[A-Za-z0-9_-]{43}");

    private NamedKey() {}

    /** @throws Rejection {@code MALFORMED_REQUEST} */
    static Optional<String> of(AuthorizationRequest request) {
        Optional<String> thumbprint = Optional.ofNullable(request.getDPoPJWKThumbprintConfirmation())
                .map(confirmation -> confirmation.getValue().toString());
        if (thumbprint.filter(named -> !THUMBPRINT.matcher(named).matches()).isPresent()) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        return thumbprint;
    }

    /**
     * What is pushed together with a proof, as if it named the key that signed it (10.1).
     *
     * @param proven the thumbprint of that key, where there is a proof
     * @throws Rejection {@code PROOF_KEY_NOT_AS_NAMED}
     */
    static Parameters inPushed(Parameters parameters, Optional<String> proven) {
        Optional<String> named = parameters.find(PARAMETER);
        if (proven.isEmpty()) {
            return parameters;
        }
        if (named.isPresent() && !named.equals(proven)) {
            throw Rejection.of(Reason.PROOF_KEY_NOT_AS_NAMED);
        }
        Map<String, List<String>> bound = new HashMap<>(parameters.values());
        bound.put(PARAMETER, List.of(proven.get()));
        return new Parameters(bound);
    }
}
