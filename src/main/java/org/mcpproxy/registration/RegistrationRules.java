package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientMetadataRules;
import org.mcpproxy.client.RedirectUris;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** What becomes of a client's metadata, the same when it registers and when it changes its registration. */
final class RegistrationRules {

    private final ClientMetadataRules rules;
    private final Set<String> redirectHosts;

    RegistrationRules(Settings settings) {
        this.rules = new ClientMetadataRules(settings);
        this.redirectHosts = settings.registration().redirectHosts();
    }

    /**
     * Whether the client is to have no secret.
     *
     * @throws Rejection {@code CLIENT_METADATA_INVALID}
     */
    static boolean isPublic(ClientMetadata metadata) {
        return ClientAuthenticationMethod.NONE.equals(authenticationMethod(metadata));
    }

    /** Absent means {@code client_secret_basic} (RFC 7591 2). */
    private static ClientAuthenticationMethod authenticationMethod(ClientMetadata metadata) {
        ClientAuthenticationMethod method = Optional.ofNullable(metadata.getTokenEndpointAuthMethod())
                .orElse(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        require(Capabilities.CLIENT_AUTHENTICATION_METHODS.contains(method), Reason.CLIENT_METADATA_INVALID);
        return method;
    }

    /**
     * @param secretHash of a confidential client
     * @param tokenHash of its registration access token
     * @throws Rejection {@code invalid_redirect_uri} or {@code invalid_client_metadata} (RFC 7591 3.2.2)
     */
    Client client(
            String id, ClientMetadata metadata, Optional<String> secretHash, String tokenHash, Instant registeredAt) {
        // one or the other, where they matter (RFC 7591 2)
        require(metadata.getJWKSet() == null || metadata.getJWKSetURI() == null, Reason.CLIENT_METADATA_INVALID);
        return new Client(
                        id,
                        rules.name(metadata),
                        redirectUris(metadata),
                        authenticationMethod(metadata),
                        secretHash,
                        rules.grantTypes(metadata),
                        rules.scope(metadata),
                        registeredAt)
                .managedBy(tokenHash)
                .binding(metadata.getDPoPBoundAccessTokens());
    }

    private List<String> redirectUris(ClientMetadata metadata) {
        List<String> uris = rules.redirectUris(metadata);
        require(uris.stream().allMatch(this::leadsToAllowedHost), Reason.REDIRECT_HOST_DENIED);
        return uris;
    }

    /** The whole host is compared. Loopback and private-use schemes lead to no host of the network. */
    private boolean leadsToAllowedHost(String redirectUri) {
        return redirectHosts.isEmpty()
                || !RedirectUris.isHttps(redirectUri)
                || redirectHosts.contains(RedirectUris.destination(redirectUri).toLowerCase(Locale.ROOT));
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
