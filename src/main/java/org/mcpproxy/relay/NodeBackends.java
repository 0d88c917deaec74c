package org.mcpproxy.relay;

import org.mcpproxy.config.Backend;

/** The backends that live on this node, and are spoken to as if they spoke HTTP. */
public interface NodeBackends {

    /**
     * @param backend which {@link Backend#isOnNode}
     * @param caller who is behind every request that is sent by this client; sessions are looked up by id alone, and
     *     have been found to be this caller's before
     */
    BackendClient of(Backend backend, Caller caller, Era era);
}
