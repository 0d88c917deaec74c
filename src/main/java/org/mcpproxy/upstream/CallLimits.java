package org.mcpproxy.upstream;

import java.time.Duration;

/**
 * What a call to the issuer may cost.
 *
 * @param connect until the connection stands
 * @param read between two reads of the answer
 * @param whole after which no more of the answer is waited for, however steadily it drips
 * @param answerBytes the largest answer
 * @param concurrent how many calls may be under way at once, so that a slow issuer cannot hold every thread
 * @param turn how long a call waits for its turn
 */
record CallLimits(Duration connect, Duration read, Duration whole, int answerBytes, int concurrent, Duration turn) {

    static CallLimits standard() {
        return new CallLimits(
                Duration.ofSeconds(3),
                // A refresh that Okta answers after that is lost, and the session with it: Okta has rotated its token.
                Duration.ofSeconds(10),
                Duration.ofSeconds(12),
                512 * 1024,
                32,
                Duration.ofSeconds(2));
    }
}
