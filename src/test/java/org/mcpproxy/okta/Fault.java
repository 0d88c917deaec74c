package org.mcpproxy.okta;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How an endpoint fails. */
public sealed interface Fault {

    /** Answers this instead of working. */
    record Answer(int status, Map<String, String> headers, String body) implements Fault {}

    /** Ends the connection without an answer; what was asked is not done. */
    record Hangup() implements Fault {}

    /** Does what was asked, then ends the connection without an answer. */
    record LostAnswer() implements Fault {}

    /**
     * Waits until released, or for the bound, and then works.
     *
     * @param works or else does not, and ends the connection
     */
    record Slow(CountDownLatch arrived, CountDownLatch released, Duration bound, boolean works) implements Fault {

        public void release() {
            released.countDown();
        }

        /** Returns when the first request has come in and waits. */
        public void awaitArrival() throws InterruptedException {
            if (!arrived.await(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("No request came within " + bound);
            }
        }

        void hold() throws InterruptedException {
            arrived.countDown();
            released.await(bound.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    static Slow slow(Duration bound) {
        return new Slow(new CountDownLatch(1), new CountDownLatch(1), bound, true);
    }

    /** As slow, and in the end nothing was done. */
    static Slow silent(Duration bound) {
        return new Slow(new CountDownLatch(1), new CountDownLatch(1), bound, false);
    }

    static Fault status(int status) {
        return new Answer(
                status,
                Map.of("Content-Type", "application/json"),
                "{\"errorCode\":\"E0000009\",\"errorSummary\":\"Internal Server Error\"}");
    }

    /** Okta's rate limit: the reset is an absolute time in epoch seconds. */
    static Fault tooManyRequests(Duration untilReset) {
        long reset = Instant.now().plus(untilReset).getEpochSecond();
        return new Answer(
                429,
                Map.of(
                        "Content-Type",
                        "application/json",
                        "X-Rate-Limit-Limit",
                        "300",
                        "X-Rate-Limit-Remaining",
                        "0",
                        "X-Rate-Limit-Reset",
                        Long.toString(reset),
                        "Retry-After",
                        Long.toString(untilReset.toSeconds())),
                "{\"errorCode\":\"E0000047\",\"errorSummary\":\"API call exceeded rate limit due to too many requests.\"}");
    }

    /** The token endpoint's refusal of a code or refresh token (RFC 6749 5.2). */
    static Fault invalidGrant() {
        return new Answer(
                400,
                Map.of("Content-Type", "application/json"),
                "{\"error\":\"invalid_grant\",\"error_description\":\"The refresh token is invalid or expired.\"}");
    }
}
