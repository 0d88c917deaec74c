package org.mcpproxy.okta;

import com.nimbusds.jose.jwk.RSAKey;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/** The applications that the org's administrator has registered. */
final class OktaApplications implements RegisteredClientRepository {

    /** Where an agent that is registered in Okta directly takes its code; nothing listens there. */
    static final String AGENT_REDIRECT = "http://127.0.0.1:9/callback";

    /** OpenID Connect's scopes at Okta; {@code groups} is one at the org server only. */
    private static final Set<String> STANDARD_SCOPES =
            Set.of("openid", "profile", "email", "address", "phone", "offline_access");

    enum Application {
        /** The proxy's: a web application with a secret. */
        WEB,
        /** The same, with {@code private_key_jwt}. */
        WEB_WITH_KEY,
        /** An agent that is registered in Okta directly, and signs people in. */
        AGENT,
        /** A service application: client credentials only. */
        SERVICE,
        /** A service application that exchanges users' tokens. */
        EXCHANGE;

        String clientId() {
            return "0oa" + name().toLowerCase(java.util.Locale.ROOT).replace("_", "") + "00001";
        }
    }

    private final OktaOptions options;
    private final String secret =
            UUID.randomUUID().toString() + UUID.randomUUID().toString();
    private final RSAKey key = OktaKeys.newKey();
    private final Set<String> redirects = ConcurrentHashMap.newKeySet();
    private final Set<String> postLogoutRedirects = ConcurrentHashMap.newKeySet();

    OktaApplications(OktaOptions options) {
        this.options = options;
    }

    void allowRedirect(URI uri) {
        redirects.add(uri.toString());
    }

    void allowPostLogoutRedirect(URI uri) {
        postLogoutRedirects.add(uri.toString());
    }

    boolean allowsPostLogoutRedirect(String uri) {
        return postLogoutRedirects.contains(uri);
    }

    String secret() {
        return secret;
    }

    /** The private key of {@link Application#WEB_WITH_KEY}. */
    RSAKey key() {
        return key;
    }

    Set<String> scopes() {
        Set<String> scopes = new LinkedHashSet<>(STANDARD_SCOPES);
        scopes.addAll(options.customScopes());
        if (options.orgServer()) {
            scopes.add("groups");
        }
        return scopes;
    }

    @Override
    public void save(RegisteredClient client) {
        throw new UnsupportedOperationException("Applications are registered by the administrator");
    }

    @Override
    public RegisteredClient findById(String id) {
        return findByClientId(id);
    }

    @Override
    public RegisteredClient findByClientId(String clientId) {
        return Arrays.stream(Application.values())
                .filter(application -> application.clientId().equals(clientId))
                .findFirst()
                .map(this::registered)
                .orElse(null);
    }

    private RegisteredClient registered(Application application) {
        RegisteredClient.Builder client = RegisteredClient.withId(application.clientId())
                .clientId(application.clientId())
                .clientSettings(ClientSettings.builder()
                        .requireProofKey(true)
                        .requireAuthorizationConsent(false)
                        .build())
                .tokenSettings(TokenSettings.builder()
                        .reuseRefreshTokens(false)
                        .accessTokenTimeToLive(options.accessTokenLifetime())
                        .refreshTokenTimeToLive(options.refreshTokenLifetime())
                        .build());
        authentication(client, application);
        grants(client, application);
        return client.build();
    }

    private void authentication(RegisteredClient.Builder client, Application application) {
        if (application == Application.WEB_WITH_KEY) {
            client.clientAuthenticationMethod(ClientAuthenticationMethod.PRIVATE_KEY_JWT);
        } else {
            client.clientSecret(secret)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        }
    }

    private void grants(RegisteredClient.Builder client, Application application) {
        if (application == Application.SERVICE) {
            client.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                    .scopes(scopes -> scopes.addAll(options.customScopes()));
            return;
        }
        if (application == Application.EXCHANGE) {
            client.authorizationGrantType(AuthorizationGrantType.TOKEN_EXCHANGE)
                    .scopes(scopes -> scopes.addAll(OktaExchange.SCOPES));
            return;
        }
        client.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
                .redirectUri(AGENT_REDIRECT)
                .redirectUris(uris -> uris.addAll(redirects))
                .scopes(scopes -> scopes.addAll(scopes()));
    }
}
