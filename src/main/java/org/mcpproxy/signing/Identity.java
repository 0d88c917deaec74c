package org.mcpproxy.signing;

import java.util.Optional;

/**
 * Who calls a backend.
 *
 * @param subject Okta's user id, or the client where a service calls on its own behalf
 * @param client the OAuth client
 * @param grant whose end is its end; empty where nobody here would hear of an end
 */
public record Identity(String subject, String client, Profile profile, Optional<String> grant) {}
