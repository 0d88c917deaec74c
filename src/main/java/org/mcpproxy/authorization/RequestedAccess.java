package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.Scope;
import java.util.List;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;

/** What a client may ask a person for, however it asks: resource and scope. */
final class RequestedAccess {

    private final ClientLookup clients;
    private final Settings settings;

    RequestedAccess(ClientLookup clients, Settings settings) {
        this.clients = clients;
        this.settings = settings;
    }

    /**
     * RFC 8707 2. Absent means the default resource; several are refused unless they are one and the same.
     *
     * @throws Rejection {@code RESOURCE_UNKNOWN} or {@code RESOURCE_NOT_FOR_CLIENT}
     */
    String resource(List<String> named, Client client) {
        String resource = settings.resourceOf(named).orElseThrow(() -> Rejection.of(Reason.RESOURCE_UNKNOWN));
        require(clients.mayReach(client, resource), Reason.RESOURCE_NOT_FOR_CLIENT);
        return resource;
    }

    /**
     * @param asked null or empty where none is asked for
     * @throws Rejection {@code SCOPE_UNKNOWN}
     */
    Scope scope(Scope asked, Client client, String resource) {
        Scope scope = offered(asked, client, resource);
        require(clients.mayHave(client, resource, scope), Reason.SCOPE_UNKNOWN);
        return scope;
    }

    /**
     * The scopes of a resource's policy may be asked for by every client that registers, and for that resource alone: a client
     * learns that it needs one after it has registered (MCP, Step-Up Authorization).
     */
    private Scope offered(Scope asked, Client client, String resource) {
        if (asked == null || asked.isEmpty()) {
            return Scopes.baseline();
        }
        Scope own = new Scope(asked);
        own.removeAll(settings.backendOf(resource).map(settings::policyScopes).orElseGet(Scope::new));
        require(Capabilities.scopes().containsAll(own) && client.mayAskFor(own), Reason.SCOPE_UNKNOWN);
        return asked;
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
