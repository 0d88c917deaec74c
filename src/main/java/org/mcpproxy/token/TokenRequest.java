package org.mcpproxy.token;

import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.oauth.Parameters;

/**
 * A token request (RFC 6749 3.2) whose client is known.
 *
 * @param client has authenticated, where it is confidential
 */
public record TokenRequest(Client client, Parameters parameters, Trail trail) {}
