package org.mcpproxy.relay;

import org.mcpproxy.config.Backend;

/** Which client speaks to which backend. */
@FunctionalInterface
public interface BackendClients {

    /** @param holder whose requests it will send: a user, or a service */
    BackendClient of(Backend backend, String holder);

    /**
     * As {@link #of(Backend, String)}, for the requests of this caller and this era alone.
     *
     * @param credential the caller's, for what is sent to the backend after their request
     */
    default BackendClient of(Backend backend, Caller caller, Era era, CallerCredential credential) {
        return of(backend, caller.holder());
    }
}
