package org.mcpproxy.client;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Finds clients, whether they registered here, an administrator registered them, or their metadata document tells of them. */
@Singleton
public class ClientLookup {

    private final Clients clients;
    private final PreregisteredClients preregistered;
    private final ClientDocuments documents;

    @Inject
    public ClientLookup(Clients clients, PreregisteredClients preregistered, ClientDocuments documents) {
        this.clients = clients;
        this.preregistered = preregistered;
        this.documents = documents;
    }

    /**
     * A client that asks for something new.
     *
     * @throws Rejection {@code CLIENT_UNKNOWN}, or a {@code CLIENT_DOCUMENT…} reason
     */
    public Client find(String clientId) {
        return ClientIdUrl.isMeant(clientId) ? documents.current(clientId) : registered(clientId);
    }

    /**
     * A client that goes on with what was granted: that its document's host is down must not end that.
     *
     * @throws Rejection {@code CLIENT_UNKNOWN}, or a {@code CLIENT_DOCUMENT…} reason
     */
    public Client findAgain(String clientId) {
        return ClientIdUrl.isMeant(clientId) ? documents.lastGood(clientId) : registered(clientId);
    }

    /** Whether to find it, something of another host would be fetched for the first time. */
    public boolean isNew(String clientId) {
        return ClientIdUrl.isMeant(clientId) && documents.isNew(clientId);
    }

    /**
     * Whether an answer may still go there: a client that registered may have changed or removed its registration
     * meanwhile. What was begun with a document goes on by that.
     */
    public boolean mayBeAnswered(String clientId, String redirectUri) {
        return ClientIdUrl.isMeant(clientId)
                || findRegistered(clientId)
                        .filter(client -> client.mayBeAnsweredAt(redirectUri))
                        .isPresent();
    }

    /**
     * How a client is registered now, to be compared with how it is later; empty for one that is known by its document, and for
     * one that is not there.
     */
    public Optional<Client> findRegistration(String clientId) {
        return ClientIdUrl.isMeant(clientId)
                ? Optional.empty()
                : findRegistered(clientId).map(Client::unmanaged);
    }

    /** As {@link #mayBeAnswered}, for a client that is not redirected to but asks for its answer itself. */
    public boolean mayAskForAnswer(String clientId, GrantType grantType) {
        return ClientIdUrl.isMeant(clientId)
                || findRegistered(clientId)
                        .filter(client -> client.mayUse(grantType))
                        .isPresent();
    }

    /** Whether it may ask for this resource at all. An administrator's word alone keeps a client from any. */
    public boolean mayReach(Client client, String resource) {
        return preregistered
                .find(client.id())
                .map(known -> known.mayReach(resource))
                .orElse(true);
    }

    /** Whether it may ask for these scopes there, where an administrator's word bounds it. */
    public boolean mayHave(Client client, String resource, Scope scope) {
        return preregistered.allow(client, resource, scope);
    }

    private Client registered(String clientId) {
        return findRegistered(clientId).orElseThrow(() -> Rejection.of(Reason.CLIENT_UNKNOWN));
    }

    private Optional<Client> findRegistered(String clientId) {
        return preregistered.find(clientId).map(PreregisteredClient::client).or(() -> clients.find(clientId));
    }
}
