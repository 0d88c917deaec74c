package org.mcpproxy.oauth;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The sign-on that is needed for a thing (RFC 9470 3).
 *
 * @param maxAge how long ago the person may have authenticated, to the second; empty where that is all the same
 * @param acrValues the authentication context classes of which it must be one, the best first; empty where any will do. A
 *     list of none is met by no sign-on
 */
public record RequiredSignOn(Optional<Duration> maxAge, Optional<List<String>> acrValues) {

    /** Whichever there was. */
    public static final RequiredSignOn ANY = new RequiredSignOn(Optional.empty(), Optional.empty());

    /** For clocks that differ: nobody authenticates later than this from now. */
    private static final Duration SKEW = Duration.ofMinutes(2);

    public RequiredSignOn {
        acrValues = acrValues.map(List::copyOf);
    }

    public static RequiredSignOn within(Duration maxAge) {
        return new RequiredSignOn(Optional.of(maxAge), Optional.empty());
    }

    /** @param acrValues the best first */
    public static RequiredSignOn of(List<String> acrValues) {
        return new RequiredSignOn(Optional.empty(), Optional.of(acrValues));
    }

    /** One that meets both. */
    public RequiredSignOn and(RequiredSignOn other) {
        return new RequiredSignOn(
                maxAge.isPresent() && other.maxAge.isPresent() ? shorter(other) : maxAge.or(other::maxAge),
                acrValues.isPresent() && other.acrValues.isPresent() ? shared(other) : acrValues.or(other::acrValues));
    }

    private Optional<Duration> shorter(RequiredSignOn other) {
        return maxAge.get().compareTo(other.maxAge.get()) <= 0 ? maxAge : other.maxAge;
    }

    private Optional<List<String>> shared(RequiredSignOn other) {
        List<String> others = other.acrValues.get();
        return acrValues.map(own -> own.stream().filter(others::contains).toList());
    }

    /** Whether there can be such a sign-on at all. */
    public boolean isPossible() {
        return acrValues.map(values -> !values.isEmpty()).orElse(true);
    }

    /** What nobody says of a sign-on, it does not have. */
    public boolean isMetBy(AuthenticationEvent event, Instant now) {
        return maxAge.map(age -> event.time()
                                .filter(time -> isWithin(age, time, now))
                                .isPresent())
                        .orElse(true)
                && acrValues
                        .map(values ->
                                event.contextClass().filter(values::contains).isPresent())
                        .orElse(true);
    }

    private static boolean isWithin(Duration age, Instant time, Instant now) {
        return !time.isBefore(now.minus(age)) && !time.isAfter(now.plus(SKEW));
    }
}
