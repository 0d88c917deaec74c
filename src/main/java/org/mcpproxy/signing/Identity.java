package org.mcpproxy.signing;

/**
 * Who calls a backend.
 *
 * @param subject Okta's user id, or the client where a service calls on its own behalf
 * @param client the OAuth client
 */
public record Identity(String subject, String client, Profile profile) {}
