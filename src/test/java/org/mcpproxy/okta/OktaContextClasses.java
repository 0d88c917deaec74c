package org.mcpproxy.okta;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The values of {@code acr_values} that Okta has. Of several it chooses one, and says that as {@code acr} in the tokens; it
 * says none where none was asked for. What a person would have to do for each is not played here.
 */
final class OktaContextClasses {

    private static final Set<String> KNOWN = Set.of(
            "phr",
            "phrh",
            "urn:okta:loa:1fa:any",
            "urn:okta:loa:1fa:pwd",
            "urn:okta:loa:2fa:any",
            "urn:okta:loa:2fa:any:ifpossible");

    private OktaContextClasses() {}

    /** @param asked the parameter, or null */
    static Optional<String> chosen(Object asked) {
        return asked instanceof String values
                ? Arrays.stream(values.split(" ")).filter(KNOWN::contains).findFirst()
                : Optional.empty();
    }
}
