package org.mcpproxy.oauth;

import com.nimbusds.oauth2.sdk.OAuth2Error;
import java.util.stream.Collectors;

/** The {@code WWW-Authenticate} challenge of a protected resource that takes bound tokens (RFC 9449 7.1). */
public final class ProofChallenge {

    private static final String ALGORITHMS =
            Capabilities.PROOF_ALGORITHMS.stream().map(Object::toString).collect(Collectors.joining(" "));

    private ProofChallenge() {}

    /** Of a request that used another scheme, or none: it gets no error code here (7.2). */
    public static String plain() {
        return "DPoP algs=\"" + ALGORITHMS + "\"";
    }

    /** Of a request that used this scheme. */
    public static String of(Reason reason) {
        return plain() + ", error=\"" + reason.error().getCode() + "\", error_description=\"" + reason.sentence()
                + "\"";
    }

    /** Whether a request was refused for its proof, which a protected resource does with 401 (9). */
    public static boolean isAboutProof(Reason reason) {
        String code = reason.error().getCode();
        return OAuth2Error.INVALID_DPOP_PROOF_CODE.equals(code) || OAuth2Error.USE_DPOP_NONCE_CODE.equals(code);
    }
}
