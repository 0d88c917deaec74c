package org.mcpproxy.oauth;

import java.time.Instant;

/**
 * One rule that an input must keep. A check takes its input and the time and does no I/O, so it can be tried alone.
 *
 * @param <T> what is checked
 */
@FunctionalInterface
public interface Check<T> {

    /** @throws Rejection with the reason, where the input breaks the rule */
    void require(T input, Instant now);

    /** This rule first, then the next: an ordered list that reads aloud. */
    default Check<T> then(Check<? super T> next) {
        return (input, now) -> {
            require(input, now);
            next.require(input, now);
        };
    }
}
