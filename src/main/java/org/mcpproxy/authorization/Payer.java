package org.mcpproxy.authorization;

import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.web.Network;

/** On whose account it is counted what a client leaves here by itself. */
final class Payer {

    private Payer() {}

    /** A client that is known here, and has proved who it is, pays for itself, whoever else comes from its address. */
    static String of(Client client, Trail trail) {
        return client.isPublic() || client.documentHost().isPresent() ? Network.of(trail.address()) : client.id();
    }
}
