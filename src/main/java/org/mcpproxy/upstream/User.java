package org.mcpproxy.upstream;

import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A person, as Okta says. Who it is, is decided by the organization and the id alone, everywhere.
 *
 * @param organization the issuer's org, such as {@code https://your-org.okta.com}
 * @param id Okta's user id: the ID token's {@code sub}
 * @param name a name to show, or null
 * @param email an address to show, or null
 * @param groups empty where Okta names none
 */
public record User(String organization, String id, String name, String email, Set<String> groups) {

    private static final Pattern OKTA_SERVER = Pattern.compile("/oauth2/[^/]+$");

    public User {
        groups = Set.copyOf(groups);
    }

    /**
     * The org that an issuer belongs to: Okta's custom authorization servers ({@code https://org/oauth2/id}) and the org
     * server itself know the same people. Any other issuer is an organization of its own.
     */
    public static String organization(URI issuer) {
        return OKTA_SERVER.matcher(issuer.toString()).replaceFirst("");
    }
}
