package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientMetadataRules;
import org.mcpproxy.client.Clients;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.EndedGrant;
import org.mcpproxy.grant.GrantEnding;
import org.mcpproxy.grant.Registrations;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * What a client may do with its registration (RFC 7592 2), by the newest registration access token alone.
 *
 * <p>Each read and each update answers with a new token, and the one that was used ends with it. So a client that loses the
 * answer has no token any more: it goes on as it is registered, but manages its registration no longer, and registers anew if
 * it must. Of two requests with one token one is first; the other is refused, and has changed nothing. A request that is
 * refused leaves the token as it is.
 */
@Singleton
public class ClientConfiguration {

    private final Clients clients;
    private final Registrations registrations;
    private final GrantEnding ending;
    private final RegistrationRules rules;
    private final RandomGenerator random;

    @Inject
    public ClientConfiguration(
            Clients clients,
            Registrations registrations,
            GrantEnding ending,
            Settings settings,
            RandomGenerator random) {
        this.clients = clients;
        this.registrations = registrations;
        this.ending = ending;
        this.rules = new RegistrationRules(settings);
        this.random = random;
    }

    /**
     * The client whose token this is.
     *
     * @throws Rejection {@code REGISTRATION_TOKEN_WRONG}, for a client that is not there too: nobody learns which there are
     */
    public Client find(String clientId, Secret token) {
        return clients.find(clientId)
                .filter(client ->
                        client.registrationTokenHash().filter(token::hashesTo).isPresent())
                .orElseThrow(ClientConfiguration::notTheNewest);
    }

    /**
     * RFC 7592 2.1.
     *
     * @param client as {@link #find} found it
     * @throws Rejection {@code REGISTRATION_TOKEN_WRONG} where another used its token meanwhile
     */
    public Registered read(Client client) {
        Secret next = Secret.random(random);
        requireNewest(registrations.rotate(client.id(), tokenHash(client), next.hash()));
        return new Registered(client.managedBy(next.hash()), Optional.empty(), next);
    }

    /**
     * Puts new metadata in the place of all the old ones, by the same rules as at the registration (RFC 7592 2.2). What was
     * begun under the old ones does not go on; where the client gives its secret up, or gets one, its grants end too, for
     * people granted to a client of the other kind.
     *
     * @param client as {@link #find} found it
     * @throws Rejection {@code invalid_client_metadata} or {@code invalid_redirect_uri}; {@code REGISTRATION_TOKEN_WRONG}
     *     where another used its token meanwhile
     */
    public Registered update(Client client, String json, Trail trail) {
        UpdateRules.require(json, client);
        ClientMetadata metadata = ClientMetadataRules.parse(json);
        boolean becomesPublic = RegistrationRules.isPublic(metadata);
        boolean changesKind = becomesPublic != client.isPublic();
        Optional<Secret> secret = changesKind && !becomesPublic ? Optional.of(Secret.random(random)) : Optional.empty();
        Optional<String> secretHash = changesKind ? secret.map(Secret::hash) : client.secretHash();
        Secret next = Secret.random(random);
        Client changed = rules.client(client.id(), metadata, secretHash, next.hash(), client.registeredAt());
        replace(client, changed, trail);
        return new Registered(changed, secret, next);
    }

    /** Okta is told of ended grants by the sweep: the answer has what nobody can get again, and must not wait. */
    private void replace(Client client, Client changed, Trail trail) {
        boolean replaced = changed.isPublic() == client.isPublic()
                ? registrations.replace(changed, tokenHash(client))
                : registrations.replaceWithGrants(
                        changed,
                        tokenHash(client),
                        ended -> ending.note(ended, client.id(), Cause.CLIENT_UPDATED, trail));
        requireNewest(replaced);
    }

    /**
     * Ends the client, and with it all that people granted to it (RFC 7592 2.3).
     *
     * @param client as {@link #find} found it
     * @throws Rejection {@code REGISTRATION_TOKEN_WRONG} where another used its token meanwhile
     */
    public void delete(Client client, Trail trail) {
        List<EndedGrant> all = new ArrayList<>();
        requireNewest(registrations.remove(client.id(), tokenHash(client), ended -> {
            ending.note(ended, client.id(), Cause.CLIENT_DELETED, trail);
            all.addAll(ended);
        }));
        ending.tellOkta(all);
    }

    private static void requireNewest(boolean newest) {
        if (!newest) {
            throw notTheNewest();
        }
    }

    private static String tokenHash(Client client) {
        return client.registrationTokenHash().orElseThrow(ClientConfiguration::notTheNewest);
    }

    private static Rejection notTheNewest() {
        return Rejection.of(Reason.REGISTRATION_TOKEN_WRONG);
    }
}
