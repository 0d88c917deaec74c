package org.mcpproxy.policy;

import java.util.Map;

/**
 * The policies of all backends.
 *
 * @param byBackend by the backend's name in the file; those that are not here are open
 */
public record Policy(Map<String, BackendPolicy> byBackend) {

    /** That of a server without a policy file. */
    public static final Policy OPEN = new Policy(Map.of());

    public Policy {
        byBackend = Map.copyOf(byBackend);
    }

    public BackendPolicy of(String backend) {
        return byBackend.getOrDefault(backend, BackendPolicy.OPEN);
    }
}
