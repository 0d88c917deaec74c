package org.mcpproxy.okta;

import java.util.List;

/**
 * A person in the org's directory.
 *
 * @param id Okta's user id: the ID token's {@code sub}, and {@code uid} in a custom server's access token
 * @param login {@code sub} in a custom server's access token
 */
public record OktaUser(String id, String login, String password, String name, String email, List<String> groups) {

    public static final OktaUser ALICE = new OktaUser(
            "00ualice000000000001",
            "alice",
            "alice",
            "Alice Liddell",
            "alice@example.com",
            List.of("Everyone", "engineering"));

    public static final OktaUser BOB =
            new OktaUser("00ubob00000000000002", "bob", "bob", "Bob Sawyer", "bob@example.com", List.of("Everyone"));
}
