package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.random.RandomGenerator;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** What the issuer is asked for when somebody is to sign on (OpenID Connect Core 3.1.2.1). */
@ApplicationScoped
class AuthorizationRequests {

    private final Settings settings;
    private final Discovery discovery;
    private final PushedRequests pushed;
    private final RandomGenerator random;

    @Inject
    AuthorizationRequests(Settings settings, Discovery discovery, PushedRequests pushed, RandomGenerator random) {
        this.settings = settings;
        this.discovery = discovery;
        this.pushed = pushed;
        this.random = random;
    }

    /** For CDI's proxy. */
    protected AuthorizationRequests() {
        this(null, null, null, null);
    }

    /** Where the issuer sends the browser back to, which its token endpoint is told again (RFC 6749 4.1.3). */
    static URI redirectUri(Settings settings) {
        return settings.at("/oauth/callback");
    }

    /**
     * @throws Rejection {@code OKTA_UNAVAILABLE} while discovery has not loaded, and as {@link TokenBinding#requireOffered} and
     *     {@link PushedRequests#location}
     */
    SignOnRequest begin(SignOnDemands demands) {
        ProviderMetadata provider = discovery.current();
        TokenBinding.requireOffered(settings.okta(), provider);
        Secret state = Secret.random(random);
        Secret nonce = Secret.random(random);
        Secret codeVerifier = Secret.random(random);
        AuthenticationRequest.Builder request = new AuthenticationRequest.Builder(
                        ResponseType.CODE,
                        settings.okta().scopes(),
                        new ClientID(settings.okta().clientId()),
                        redirectUri(settings))
                .endpointURI(provider.authorizationEndpoint())
                .state(new State(state.value()))
                .nonce(new Nonce(nonce.value()))
                .codeChallenge(new CodeVerifier(codeVerifier.value()), CodeChallengeMethod.S256);
        demands.parameters().forEach((name, values) -> request.customParameter(name, values.get(0)));
        return new SignOnRequest(pushed.location(provider, request.build()), state, nonce, codeVerifier);
    }
}
