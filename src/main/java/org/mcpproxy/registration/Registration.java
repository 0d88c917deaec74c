package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import com.nimbusds.oauth2.sdk.client.RegistrationError;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.Clients;
import org.mcpproxy.client.RedirectUris;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;

/**
 * Registers clients. What a client asks for beyond what this server can do is left out of what is registered, as RFC
 * 7591 3.2.1 allows; without a usable redirect URI, grant type or authentication method it is refused.
 */
@Singleton
public class Registration {

    private static final int MAX_REDIRECT_URIS = 16;

    /** In characters, of all of them together: each client is kept. They are ASCII, as is checked next. */
    private static final int MAX_REDIRECT_URIS_LENGTH = 4096;

    private static final int MAX_NAME_LENGTH = 200;

    private final Clients clients;
    private final RedirectUris redirectUris;
    private final Clock clock;
    private final RandomGenerator random;
    private final Scope offered;

    @Inject
    public Registration(Clients clients, Settings settings, Clock clock, RandomGenerator random) {
        this.clients = clients;
        this.redirectUris = new RedirectUris(settings.redirectSchemes());
        this.clock = clock;
        this.random = random;
        this.offered = settings.offeredScopes();
    }

    /**
     * @param json the registration request (RFC 7591 2)
     * @throws Rejection {@code invalid_redirect_uri} or {@code invalid_client_metadata} (RFC 7591 3.2.2)
     */
    public Registered register(String json) {
        ClientMetadata metadata = parse(json);
        ClientAuthenticationMethod method = authenticationMethod(metadata);
        Optional<Secret> secret =
                ClientAuthenticationMethod.NONE.equals(method) ? Optional.empty() : Optional.of(Secret.random(random));
        Client client = new Client(
                Secret.random(random).value(),
                name(metadata),
                redirectUris(metadata),
                method,
                secret.map(Secret::hash),
                grantTypes(metadata),
                scope(metadata),
                clock.instant());
        clients.add(client);
        return new Registered(client, secret);
    }

    private static ClientMetadata parse(String json) {
        try {
            return ClientMetadata.parse(JSONObjectUtils.parse(json));
        } catch (ParseException e) {
            throw Rejection.of(
                    RegistrationError.INVALID_REDIRECT_URI.equals(e.getErrorObject())
                            ? Reason.REDIRECT_URI_UNACCEPTABLE
                            : Reason.CLIENT_METADATA_INVALID);
        } catch (IllegalArgumentException | NullPointerException e) {
            // what the parser lets through to its own constructors, such as a null among the redirect URIs
            throw Rejection.of(Reason.CLIENT_METADATA_INVALID);
        }
    }

    /** Absent means {@code client_secret_basic} (RFC 7591 2). */
    private static ClientAuthenticationMethod authenticationMethod(ClientMetadata metadata) {
        ClientAuthenticationMethod method = Optional.ofNullable(metadata.getTokenEndpointAuthMethod())
                .orElse(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        require(Capabilities.CLIENT_AUTHENTICATION_METHODS.contains(method), Reason.CLIENT_METADATA_INVALID);
        return method;
    }

    private static Optional<String> name(ClientMetadata metadata) {
        Optional<String> name = Optional.ofNullable(metadata.getName()).filter(given -> !given.isBlank());
        name.ifPresent(given -> require(given.length() <= MAX_NAME_LENGTH, Reason.CLIENT_NAME_TOO_LONG));
        return name;
    }

    private List<String> redirectUris(ClientMetadata metadata) {
        List<String> uris = Optional.ofNullable(metadata.getRedirectionURIs()).orElse(Set.of()).stream()
                .map(URI::toString)
                .toList();
        require(!uris.isEmpty(), Reason.REDIRECT_URI_UNACCEPTABLE);
        int length = uris.stream().mapToInt(String::length).sum();
        require(uris.size() <= MAX_REDIRECT_URIS && length <= MAX_REDIRECT_URIS_LENGTH, Reason.REDIRECT_URIS_TOO_LONG);
        require(uris.stream().allMatch(redirectUris::acceptable), Reason.REDIRECT_URI_UNACCEPTABLE);
        return uris;
    }

    /** Absent means {@code authorization_code} alone (RFC 7591 2). */
    private static Set<GrantType> grantTypes(ClientMetadata metadata) {
        Set<ResponseType> responseTypes =
                Optional.ofNullable(metadata.getResponseTypes()).orElse(Set.of(ResponseType.CODE));
        Set<GrantType> asked =
                Optional.ofNullable(metadata.getGrantTypes()).orElse(Set.of(GrantType.AUTHORIZATION_CODE));
        Set<GrantType> offered =
                asked.stream().filter(Capabilities.GRANT_TYPES::contains).collect(Collectors.toUnmodifiableSet());
        require(
                offered.contains(GrantType.AUTHORIZATION_CODE) && responseTypes.contains(ResponseType.CODE),
                Reason.CLIENT_METADATA_INVALID);
        return offered;
    }

    private Scope scope(ClientMetadata metadata) {
        Scope scope = new Scope();
        Optional.ofNullable(metadata.getScope()).stream()
                .flatMap(Scope::stream)
                .filter(offered::contains)
                .forEach(scope::add);
        return scope.isEmpty() ? Scopes.baseline() : scope;
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
