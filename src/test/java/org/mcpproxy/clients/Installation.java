package org.mcpproxy.clients;

import java.net.URI;

/**
 * Stand-in Okta, proxy and backend, running.
 *
 * @param mcpUrl where clients connect to
 */
record Installation(URI mcpUrl) {}
