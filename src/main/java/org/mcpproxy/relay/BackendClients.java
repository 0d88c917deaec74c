package org.mcpproxy.relay;

import org.mcpproxy.config.Backend;

/** Which client speaks to which backend. */
@FunctionalInterface
public interface BackendClients {

    BackendClient of(Backend backend);

    /**
     * As {@link #of(Backend)}, for the requests of this caller and this era alone.
     *
     * @param credential the caller's, for what is sent to the backend after their request
     */
    default BackendClient of(Backend backend, Caller caller, Era era, CallerCredential credential) {
        return of(backend);
    }
}
