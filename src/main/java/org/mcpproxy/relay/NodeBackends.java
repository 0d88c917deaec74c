package org.mcpproxy.relay;

import org.mcpproxy.config.Backend;

/** The backends whose sessions live on this node, and that are spoken to as if they spoke Streamable HTTP. */
public interface NodeBackends {

    /**
     * @param backend which {@link Backend#isOnNode}
     * @param caller who is behind every request that is sent by this client; sessions are looked up by id alone, and
     *     have been found to be this caller's before
     * @param http speaks to those that are reached over HTTP after all
     * @param credential the caller's, for what is sent to the backend after their request
     */
    BackendClient of(Backend backend, Caller caller, Era era, BackendClients http, CallerCredential credential);
}
