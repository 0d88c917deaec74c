package org.mcpproxy.relay;

import org.mcpproxy.config.Backend;

/** Which client speaks to which backend. */
@FunctionalInterface
public interface BackendClients {

    BackendClient of(Backend backend);
}
