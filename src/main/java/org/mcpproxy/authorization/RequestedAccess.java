package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.Scope;
import java.util.List;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;

/** What a client may ask a person for, however it asks: resources and scope. */
final class RequestedAccess {

    private final ClientLookup clients;
    private final Settings settings;

    RequestedAccess(ClientLookup clients, Settings settings) {
        this.clients = clients;
        this.settings = settings;
    }

    /**
     * RFC 8707 2. Absent means the default resource; of several each must be one that the client may have.
     *
     * @throws Rejection {@code RESOURCE_UNKNOWN}, {@code RESOURCES_TOO_MANY} or {@code RESOURCE_NOT_FOR_CLIENT}
     */
    Resources resources(List<String> named, Client client) {
        Resources resources = settings.resourcesOf(named).orElseThrow(() -> Rejection.of(Reason.RESOURCE_UNKNOWN));
        require(resources.all().size() <= Resources.MOST, Reason.RESOURCES_TOO_MANY);
        require(
                resources.all().stream().allMatch(resource -> clients.mayReach(client, resource)),
                Reason.RESOURCE_NOT_FOR_CLIENT);
        return resources;
    }

    /**
     * @param asked null or empty where none is asked for
     * @throws Rejection {@code SCOPE_UNKNOWN}
     */
    Scope scope(Scope asked, Client client, Resources resources) {
        Scope scope = offered(asked, client, resources);
        require(
                resources.all().stream().allMatch(resource -> clients.mayHave(client, resource, scope)),
                Reason.SCOPE_UNKNOWN);
        return scope;
    }

    /**
     * The scopes of a resource's policy may be asked for by every client that registers, and together with that resource alone: a
     * client learns that it needs one after it has registered (MCP, Step-Up Authorization).
     */
    private Scope offered(Scope asked, Client client, Resources resources) {
        if (asked == null || asked.isEmpty()) {
            return Scopes.baseline();
        }
        Scope own = new Scope(asked);
        resources.all().stream()
                .flatMap(resource -> settings.backendOf(resource).stream())
                .forEach(backend -> own.removeAll(settings.policyScopes(backend)));
        require(Capabilities.scopes().containsAll(own) && client.mayAskFor(own), Reason.SCOPE_UNKNOWN);
        return asked;
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
