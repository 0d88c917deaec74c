package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * {@code grant_type=client_credentials} (RFC 6749 4.4): a client acts for itself, without a user. Only one that an
 * administrator registered may, for the MCP servers and scopes that they gave it.
 */
@Singleton
public class ClientCredentialsExchange implements Exchange {

    private final PreregisteredClients clients;
    private final TokenMint mint;
    private final AdministratorsTerms terms;

    @Inject
    public ClientCredentialsExchange(PreregisteredClients clients, TokenMint mint, AdministratorsTerms terms) {
        this.clients = clients;
        this.mint = mint;
        this.terms = terms;
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
        String resource = terms.resource(request.parameters().all("resource"), client);
        if (terms.backend(resource).needsUser()) {
            throw Rejection.of(Reason.RESOURCE_NEEDS_USER);
        }
        Scope scope = AdministratorsTerms.asked(request.parameters(), terms.scope(client, resource));
        return mint.mintForItself(request, resource, scope);
    }
}
