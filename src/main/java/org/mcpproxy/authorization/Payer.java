package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.web.Network;

/** On whose account it is counted what a client leaves here by itself. */
@Singleton
public class Payer {

    private final PreregisteredClients preregistered;

    @Inject
    public Payer(PreregisteredClients preregistered) {
        this.preregistered = preregistered;
    }

    /**
     * A client that an administrator registered, and that has proved who it is, pays for itself, whoever else comes from its
     * address. Any other can be registered by anybody, as often as they like.
     */
    String of(Client client, Trail trail) {
        boolean known = !client.isPublic() && preregistered.find(client.id()).isPresent();
        return known ? client.id() : Network.of(trail.address());
    }
}
