package org.mcpproxy.upstream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.JWTAuthentication;
import com.nimbusds.oauth2.sdk.auth.JWTAuthenticationClaimsSet;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.JWTID;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mcpproxy.config.ExchangeClient;
import org.mcpproxy.config.OktaSettings;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.config.Settings;

/** How this proxy proves to the issuer that it is the application: {@code client_secret_basic} or {@code private_key_jwt}. */
@ApplicationScoped
class ProxyCredential {

    /** Okta accepts an hour at most, the baseline of good practice is five minutes; one call needs less. */
    private static final Duration ASSERTION_LIFETIME = Duration.ofMinutes(3);

    private final OktaSettings okta;
    private final Clock clock;

    @Inject
    ProxyCredential(Settings settings, Clock clock) {
        this.okta = settings.okta();
        this.clock = clock;
    }

    /** For CDI's proxy. */
    protected ProxyCredential() {
        this.okta = null;
        this.clock = null;
    }

    /** @param endpoint what is called: the audience of an assertion, as Okta wants it */
    ClientAuthentication at(URI endpoint) {
        return of(okta.clientId(), okta.credential(), endpoint);
    }

    /** The same for the application that exchanges tokens. */
    ClientAuthentication of(ExchangeClient exchange, URI endpoint) {
        return of(exchange.clientId(), exchange.credential(), endpoint);
    }

    private ClientAuthentication of(String clientId, Credential credential, URI endpoint) {
        ClientID client = new ClientID(clientId);
        if (credential instanceof Credential.PrivateKey privateKey) {
            return assertion(client, endpoint, privateKey.key(), clock.instant());
        }
        Credential.ClientSecret secret = (Credential.ClientSecret) credential;
        return new ClientSecretBasic(client, new Secret(secret.secret().value()));
    }

    private static JWTAuthentication assertion(ClientID client, URI endpoint, JWK key, Instant now) {
        JWTAuthenticationClaimsSet claims = new JWTAuthenticationClaimsSet(
                client,
                List.of(new Audience(endpoint)),
                Date.from(now.plus(ASSERTION_LIFETIME)),
                null,
                Date.from(now),
                new JWTID());
        try {
            return new NamedAssertion(new PrivateKeyJWT(
                    claims, algorithm(key), ((AsymmetricJWK) key).toPrivateKey(), key.getKeyID(), null));
        } catch (JOSEException e) {
            throw new IllegalStateException("OKTA_PRIVATE_KEY cannot sign", e);
        }
    }

    /** With {@code client_id} beside it, which RFC 7521 4.2 leaves open and some issuers ask for. */
    private static final class NamedAssertion extends JWTAuthentication {

        NamedAssertion(PrivateKeyJWT signed) {
            super(ClientAuthenticationMethod.PRIVATE_KEY_JWT, signed.getClientAssertion());
        }

        @Override
        public Map<String, List<String>> toParameters() {
            Map<String, List<String>> parameters = new HashMap<>(super.toParameters());
            parameters.put("client_id", List.of(getClientID().getValue()));
            return parameters;
        }
    }

    private static JWSAlgorithm algorithm(JWK key) {
        if (key.getAlgorithm() != null) {
            return JWSAlgorithm.parse(key.getAlgorithm().getName());
        }
        if (key instanceof ECKey ec) {
            return forCurve(ec.getCurve());
        }
        return JWSAlgorithm.RS256;
    }

    private static JWSAlgorithm forCurve(Curve curve) {
        return JWSAlgorithm.Family.EC.stream()
                .filter(algorithm -> Curve.forJWSAlgorithm(algorithm).contains(curve))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("OKTA_PRIVATE_KEY has a curve that cannot sign"));
    }
}
