package org.mcpproxy.client;

import java.util.Optional;

/** The clients that an administrator registered. They hold from one start to the next; it answers from memory. */
@FunctionalInterface
public interface PreregisteredClients {

    Optional<PreregisteredClient> find(String clientId);
}
