package org.mcpproxy.oauth;

import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Optional;

/** Reads what a stranger sends as a signed JWT (RFC 7515 3.1). */
public final class UnverifiedJwt {

    private UnverifiedJwt() {}

    /** @return it, and nothing of it is believed yet; empty where it is none */
    public static Optional<SignedJWT> parse(String text) {
        try {
            return Optional.of(SignedJWT.parse(text));
        } catch (ParseException | NullPointerException | IllegalArgumentException | ClassCastException e) {
            // a header that is JSON but no object, such as null, is more than the parser expects of a stranger
            return Optional.empty();
        }
    }
}
