package org.mcpproxy.client;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.Scopes;

/**
 * A registered client (RFC 7591 2).
 *
 * @param name what it calls itself; nobody has checked it
 * @param secretHash of a confidential client
 * @param scope what it registered for
 * @param registrationTokenHash of the token by which it manages its registration (RFC 7592), of one that registered
 * @param keys that its assertions are checked with, of one that has no secret and proves itself all the same
 * @param bindsTokens whether it has all its access tokens bound to a key ({@code dpop_bound_access_tokens}, RFC 9449 5.2)
 */
public record Client(
        String id,
        Optional<String> name,
        List<String> redirectUris,
        ClientAuthenticationMethod authenticationMethod,
        Optional<String> secretHash,
        Set<GrantType> grantTypes,
        Scope scope,
        Instant registeredAt,
        Optional<String> registrationTokenHash,
        Optional<ClientKeys> keys,
        boolean bindsTokens) {

    public Client {
        redirectUris = List.copyOf(redirectUris);
        grantTypes = Set.copyOf(grantTypes);
    }

    /** One that may have bearer tokens. */
    public Client(
            String id,
            Optional<String> name,
            List<String> redirectUris,
            ClientAuthenticationMethod authenticationMethod,
            Optional<String> secretHash,
            Set<GrantType> grantTypes,
            Scope scope,
            Instant registeredAt,
            Optional<String> registrationTokenHash,
            Optional<ClientKeys> keys) {
        this(
                id,
                name,
                redirectUris,
                authenticationMethod,
                secretHash,
                grantTypes,
                scope,
                registeredAt,
                registrationTokenHash,
                keys,
                false);
    }

    /** One with neither. */
    public Client(
            String id,
            Optional<String> name,
            List<String> redirectUris,
            ClientAuthenticationMethod authenticationMethod,
            Optional<String> secretHash,
            Set<GrantType> grantTypes,
            Scope scope,
            Instant registeredAt) {
        this(
                id,
                name,
                redirectUris,
                authenticationMethod,
                secretHash,
                grantTypes,
                scope,
                registeredAt,
                Optional.empty(),
                Optional.empty());
    }

    /** The same, which manages its registration by the token with this hash. */
    public Client managedBy(String tokenHash) {
        return with(Optional.of(tokenHash), bindsTokens);
    }

    /** The same without the token by which it manages its registration, which changes though nothing else does. */
    Client unmanaged() {
        return with(Optional.empty(), bindsTokens);
    }

    /** The same, which has all its access tokens bound to a key, or not. */
    public Client binding(boolean tokens) {
        return with(registrationTokenHash, tokens);
    }

    private Client with(Optional<String> tokenHash, boolean tokens) {
        return new Client(
                id,
                name,
                redirectUris,
                authenticationMethod,
                secretHash,
                grantTypes,
                scope,
                registeredAt,
                tokenHash,
                keys,
                tokens);
    }

    /** The host whose document it is known by: what has been checked of it; empty for one that registered. */
    public Optional<String> documentHost() {
        return ClientIdUrl.parse(id).map(ClientIdUrl::authority);
    }

    public boolean isPublic() {
        return ClientAuthenticationMethod.NONE.equals(authenticationMethod);
    }

    /** Whether it has registered this redirect URI. */
    public boolean mayBeAnsweredAt(String redirectUri) {
        return redirectUris.stream().anyMatch(registered -> RedirectUris.matches(registered, redirectUri));
    }

    public boolean mayUse(GrantType grantType) {
        return grantTypes.contains(grantType);
    }

    /**
     * Whether it may ask for these scopes. {@code offline_access} goes with the refresh token grant: clients register
     * without it and ask for it all the same.
     */
    public boolean mayAskFor(Scope requested) {
        return requested.stream()
                .allMatch(value -> scope.contains(value)
                        || (Scopes.OFFLINE_ACCESS.equals(value) && mayUse(GrantType.REFRESH_TOKEN)));
    }
}
