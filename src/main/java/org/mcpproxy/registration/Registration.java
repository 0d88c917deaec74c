package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
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
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * Registers clients. What a client asks for beyond what this server can do is left out of what is registered, as RFC
 * 7591 3.2.1 allows; without a usable redirect URI, grant type or authentication method it is refused.
 */
@Singleton
public class Registration {

    private final Clients clients;
    private final ClientMetadataRules rules;
    private final Clock clock;
    private final RandomGenerator random;

    @Inject
    public Registration(Clients clients, Settings settings, Clock clock, RandomGenerator random) {
        this.clients = clients;
        this.rules = new ClientMetadataRules(settings);
        this.clock = clock;
        this.random = random;
    }

    /**
     * @param json the registration request (RFC 7591 2)
     * @throws Rejection {@code invalid_redirect_uri} or {@code invalid_client_metadata} (RFC 7591 3.2.2)
     */
    public Registered register(String json) {
        ClientMetadata metadata = ClientMetadataRules.parse(json);
        ClientAuthenticationMethod method = authenticationMethod(metadata);
        Optional<Secret> secret =
                ClientAuthenticationMethod.NONE.equals(method) ? Optional.empty() : Optional.of(Secret.random(random));
        Client client = new Client(
                Secret.random(random).value(),
                rules.name(metadata),
                rules.redirectUris(metadata),
                method,
                secret.map(Secret::hash),
                rules.grantTypes(metadata),
                rules.scope(metadata),
                clock.instant());
        clients.add(client);
        return new Registered(client, secret);
    }

    /** Absent means {@code client_secret_basic} (RFC 7591 2). */
    private static ClientAuthenticationMethod authenticationMethod(ClientMetadata metadata) {
        ClientAuthenticationMethod method = Optional.ofNullable(metadata.getTokenEndpointAuthMethod())
                .orElse(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        require(Capabilities.CLIENT_AUTHENTICATION_METHODS.contains(method), Reason.CLIENT_METADATA_INVALID);
        return method;
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }

    /**
     * A client that has just been registered.
     *
     * @param secret of a confidential client, shown this one time
     */
    public record Registered(Client client, Optional<Secret> secret) {}
}
