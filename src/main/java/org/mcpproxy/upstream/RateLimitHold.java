package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * Holds calls to one endpoint off after it answered 429, until the time that it named. Calls that came in between would
 * only prolong it.
 */
final class RateLimitHold {

    /** Okta's limits reset within a minute; a header that says more than this is not believed. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration UNNAMED = Duration.ofSeconds(30);

    private final Clock clock;
    private volatile Instant until = Instant.MIN;

    RateLimitHold(Clock clock) {
        this.clock = clock;
    }

    /** How long calls must still wait, or empty where they may go. */
    Optional<Duration> remaining() {
        Instant now = clock.instant();
        return now.isBefore(until) ? Optional.of(Duration.between(now, until)) : Optional.empty();
    }

    /** Takes note of a 429. */
    Duration begin(HTTPResponse tooMany) {
        Instant now = clock.instant();
        Duration wait = reset(tooMany)
                .or(() -> retryAfter(tooMany, now))
                .map(instant -> Duration.between(now, instant))
                .orElse(UNNAMED);
        Duration bounded = clamp(wait);
        until = now.plus(bounded);
        return bounded;
    }

    private static Duration clamp(Duration wait) {
        if (wait.compareTo(LONGEST) > 0) {
            return LONGEST;
        }
        return wait.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wait;
    }

    /** Okta's own header, in epoch seconds. */
    private static Optional<Instant> reset(HTTPResponse response) {
        return seconds(response.getHeaderValue("X-Rate-Limit-Reset")).map(Instant::ofEpochSecond);
    }

    /** RFC 9110 10.2.3: seconds, or a date. */
    private static Optional<Instant> retryAfter(HTTPResponse response, Instant now) {
        String value = response.getHeaderValue("Retry-After");
        return seconds(value).map(now::plusSeconds).or(() -> date(value));
    }

    private static Optional<Long> seconds(String value) {
        return value != null && value.matches("\\d{1,11}") ? Optional.of(Long.valueOf(value)) : Optional.empty();
    }

    private static Optional<Instant> date(String value) {
        try {
            return Optional.ofNullable(value)
                    .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
