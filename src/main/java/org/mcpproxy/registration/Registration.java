package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientMetadataRules;
import org.mcpproxy.client.Clients;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * Registers clients. What a client asks for beyond what this server can do is left out of what is registered, as RFC
 * 7591 3.2.1 allows; without a usable redirect URI, grant type or authentication method it is refused.
 */
@Singleton
public class Registration {

    private final Clients clients;
    private final RegistrationRules rules;
    private final Clock clock;
    private final RandomGenerator random;

    @Inject
    public Registration(Clients clients, Settings settings, Clock clock, RandomGenerator random) {
        this.clients = clients;
        this.rules = new RegistrationRules(settings);
        this.clock = clock;
        this.random = random;
    }

    /**
     * @param json the registration request (RFC 7591 2)
     * @throws Rejection {@code invalid_redirect_uri} or {@code invalid_client_metadata} (RFC 7591 3.2.2)
     */
    public Registered register(String json) {
        ClientMetadata metadata = ClientMetadataRules.parse(json);
        Optional<Secret> secret =
                RegistrationRules.isPublic(metadata) ? Optional.empty() : Optional.of(Secret.random(random));
        Secret token = Secret.random(random);
        Client client = rules.client(
                Secret.random(random).value(), metadata, secret.map(Secret::hash), token.hash(), clock.instant());
        clients.add(client);
        return new Registered(client, secret, token);
    }
}
