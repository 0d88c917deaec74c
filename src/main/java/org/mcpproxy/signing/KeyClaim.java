package org.mcpproxy.signing;

import java.util.Map;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The {@code cnf} claim: the key that the holder of a token must prove to have (RFC 9449 6.1, RFC 7800 3.1). */
public final class KeyClaim {

    public static final String NAME = "cnf";

    private static final String THUMBPRINT = "jkt";

    private KeyClaim() {}

    /** Null, which leaves the claim out, where there is none. */
    public static Map<String, Object> write(Optional<String> keyThumbprint) {
        return keyThumbprint
                .map(thumbprint -> Map.<String, Object>of(THUMBPRINT, thumbprint))
                .orElse(null);
    }

    /** @throws Rejection {@code TOKEN_MALFORMED}: what is bound in a way that is not known here is no bearer token */
    static Optional<String> read(Map<String, Object> claim) {
        if (claim == null) {
            return Optional.empty();
        }
        if (claim.get(THUMBPRINT) instanceof String thumbprint) {
            return Optional.of(thumbprint);
        }
        throw Rejection.of(Reason.TOKEN_MALFORMED);
    }
}
