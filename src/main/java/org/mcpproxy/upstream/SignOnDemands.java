package org.mcpproxy.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a client wants a person to sign on (OpenID Connect Core 3.1.2.1). Okta is asked for it, by way of the browser, which
 * could leave it out: when the person authenticated is seen from the ID token.
 *
 * @param anew whether they are to authenticate again, whatever session there is
 * @param maxAge for how long before the sign-on they may have authenticated
 * @param loginHint who it probably is
 * @param acrValues the authentication context classes of which the sign-on must be one, the best first; any, where there are
 *     none
 */
public record SignOnDemands(
        boolean anew, Optional<Duration> maxAge, Optional<String> loginHint, List<String> acrValues) {

    /** Whatever Okta does by itself. */
    public static final SignOnDemands NONE = new SignOnDemands(false, Optional.empty(), Optional.empty(), List.of());

    private static final String PROMPT = "prompt";
    private static final String MAX_AGE = "max_age";
    private static final String LOGIN_HINT = "login_hint";
    private static final String ACR_VALUES = "acr_values";

    public SignOnDemands {
        acrValues = List.copyOf(acrValues);
    }

    /** The parameters of a request to an issuer. Anew means {@code prompt=login} alone: an issuer that counted {@code max_age=0}
     * in seconds would ask for ever. */
    public Map<String, List<String>> parameters() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        if (anew) {
            parameters.put(PROMPT, List.of("login"));
        }
        maxAge.filter(age -> !anew).ifPresent(age -> parameters.put(MAX_AGE, List.of(Long.toString(age.toSeconds()))));
        loginHint.ifPresent(hint -> parameters.put(LOGIN_HINT, List.of(hint)));
        if (!acrValues.isEmpty()) {
            parameters.put(ACR_VALUES, List.of(String.join(" ", acrValues)));
        }
        return parameters;
    }

    /** What {@link #parameters} wrote. */
    public static SignOnDemands of(Map<String, List<String>> parameters) {
        boolean anew = parameters.containsKey(PROMPT);
        return new SignOnDemands(
                anew,
                anew
                        ? Optional.of(Duration.ZERO)
                        : first(parameters, MAX_AGE).map(Long::parseLong).map(Duration::ofSeconds),
                first(parameters, LOGIN_HINT),
                first(parameters, ACR_VALUES)
                        .map(values -> Arrays.asList(values.split(" ")))
                        .orElse(List.of()));
    }

    /** The moment before which the person must not have authenticated; empty where that is all the same. */
    public Optional<Instant> authenticatedSince(Instant sent) {
        return age().map(sent::minus);
    }

    /** Whether it is of a class that was demanded (RFC 9470 5); Okta names the one of them that it chose. */
    public boolean isMetBy(Optional<String> contextClass) {
        return acrValues.isEmpty() || contextClass.filter(acrValues::contains).isPresent();
    }

    private Optional<Duration> age() {
        return anew ? Optional.of(Duration.ZERO) : maxAge;
    }

    private static Optional<String> first(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).stream().findFirst();
    }
}
