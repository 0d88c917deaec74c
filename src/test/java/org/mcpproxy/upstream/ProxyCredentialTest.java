package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.auth.JWTAuthentication;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.OktaSettings.Credential;

class ProxyCredentialTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final URI ENDPOINT = URI.create("https://your-org.okta.com/oauth2/default/v1/token");

    @Test
    void anAssertionIsForThisEndpointOnceAndForMinutesOnly() throws ParseException, JOSEException {
        RSAKey key = ScriptedIssuer.newKey();

        SignedJWT assertion = assertion(key);

        JWTClaimsSet claims = assertion.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(ScriptedIssuer.CLIENT_ID);
        assertThat(claims.getSubject()).isEqualTo(ScriptedIssuer.CLIENT_ID);
        assertThat(claims.getAudience()).containsExactly(ENDPOINT.toString());
        assertThat(claims.getExpirationTime()).isBetween(Date.from(NOW), Date.from(NOW.plusSeconds(300)));
        assertThat(claims.getJWTID())
                .isNotEqualTo(assertion(key).getJWTClaimsSet().getJWTID());
        assertThat(assertion.getHeader().getKeyID()).isEqualTo(key.getKeyID());
        assertThat(assertion.verify(new RSASSAVerifier(key))).isTrue();
    }

    @Test
    void anEllipticCurveKeySignsWithItsCurvesAlgorithm() throws JOSEException {
        ECKey key = new ECKeyGenerator(Curve.P_384).keyID("ec").generate();

        SignedJWT assertion = assertion(key);

        assertThat(assertion.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.ES384);
        assertThat(assertion.verify(new ECDSAVerifier(key))).isTrue();
    }

    /** Some issuers ask for it, though the assertion says it too. */
    @Test
    void theClientIsNamedBesideItsAssertion() throws JOSEException {
        JWTAuthentication authentication = authentication(new ECKeyGenerator(Curve.P_256).generate());

        assertThat(authentication.toParameters())
                .containsEntry("client_id", List.of(ScriptedIssuer.CLIENT_ID))
                .containsKeys("client_assertion", "client_assertion_type");
    }

    private static SignedJWT assertion(JWK key) {
        return authentication(key).getClientAssertion();
    }

    private static JWTAuthentication authentication(JWK key) {
        ProxyCredential credential = new ProxyCredential(
                UpstreamDeployment.settings(
                        URI.create("https://your-org.okta.com/oauth2/default"), new Credential.PrivateKey(key)),
                Clock.fixed(NOW, ZoneOffset.UTC));
        return (JWTAuthentication) credential.at(ENDPOINT);
    }
}
