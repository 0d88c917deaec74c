package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;

/**
 * {@code grant_type=client_credentials} (RFC 6749 4.4): a client acts for itself, without a user. Only one that an
 * administrator registered may, for the MCP servers and scopes that they gave it.
 */
@Singleton
public class ClientCredentialsExchange implements Exchange {

    private final PreregisteredClients clients;
    private final TokenMint mint;
    private final Settings settings;

    @Inject
    public ClientCredentialsExchange(PreregisteredClients clients, TokenMint mint, Settings settings) {
        this.clients = clients;
        this.mint = mint;
        this.settings = settings;
    }

    @Override
    public GrantType grantType() {
        return GrantType.CLIENT_CREDENTIALS;
    }

    /** Without a refresh token (RFC 6749 4.4.3): the client can ask again. */
    @Override
    public TokenAnswer exchange(TokenRequest request) {
        PreregisteredClient client = clients.find(request.client().id())
                .filter(PreregisteredClient::mayActForItself)
                .orElseThrow(() -> Rejection.of(Reason.GRANT_TYPE_UNREGISTERED));
        String resource = resource(request.parameters(), client);
        Backend backend = settings.backendOf(resource).orElseThrow();
        require(!backend.needsUser(), Reason.RESOURCE_NEEDS_USER);
        return mint.mintForItself(client.client(), resource, scope(request.parameters(), client, backend));
    }

    /** RFC 8707 2.2. Where none is named it is the only one that the client may ask for, or the default. */
    private String resource(Parameters parameters, PreregisteredClient client) {
        List<String> named = parameters.all("resource");
        Optional<String> resource = named.isEmpty() && client.resources().size() == 1
                ? client.resources().stream().findFirst()
                : settings.resourceOf(named);
        String known = resource.orElseThrow(() -> Rejection.of(Reason.RESOURCE_UNKNOWN));
        require(client.mayReach(known), Reason.RESOURCE_NOT_FOR_CLIENT);
        return known;
    }

    /** Of what the administrator gave it, what this MCP server knows; all of it where it asks for nothing. */
    private Scope scope(Parameters parameters, PreregisteredClient client, Backend backend) {
        Scope given = Scopes.baseline();
        given.addAll(settings.policyScopes(backend));
        given.retainAll(client.client().scope());
        Scope asked = parameters.find("scope").map(Scope::parse).orElse(given);
        require(!asked.isEmpty() && given.containsAll(asked), Reason.SCOPE_UNKNOWN);
        return asked;
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
