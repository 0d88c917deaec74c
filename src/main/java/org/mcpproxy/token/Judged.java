package org.mcpproxy.token;

import java.util.Optional;
import java.util.function.Supplier;
import org.mcpproxy.oauth.Rejection;

/** Whether a token that somebody names is a good one, where it is no matter if it is not. */
final class Judged {

    private Judged() {}

    /**
     * What the verification finds; empty where it refuses.
     *
     * @throws Rejection where it cannot tell at present: that must not seem to be a bad one
     */
    static <T> Optional<T> of(Supplier<T> verification) {
        try {
            return Optional.of(verification.get());
        } catch (Rejection rejection) {
            if (rejection.reason().status() >= 500) {
                throw rejection;
            }
            return Optional.empty();
        }
    }
}
