package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Okta's access tokens as Liberty's MicroProfile JWT and we judge them together. */
@Tag("alone")
@ExtendWith(ArquillianExtension.class)
class OktaAccessTokensArquillianIT {

    private static final String KEYS = "/v1/keys";
    private static final URI SERVER =
            URI.create("http://localhost:" + System.getProperty("arquillian.http.port") + "/upstream/");
    private static final Duration PAST_EVERY_CACHE_AND_BRAKE = Duration.ofHours(2);

    private final HttpClient http = HttpClient.newHttpClient();

    @Inject
    ScriptedIssuer issuer;

    @Inject
    Discovery discovery;

    @Inject
    MovableClock clock;

    @Deployment
    static WebArchive archive() {
        return UpstreamDeployment.archive();
    }

    @BeforeEach
    void freshIssuer() {
        // Arquillian runs this on its own side as well, where nothing is injected.
        if (issuer != null) {
            issuer.reset();
            clock.advance(PAST_EVERY_CACHE_AND_BRAKE);
            discovery.load();
        }
    }

    @Test
    void aUserIsKnownByTheUserIdAndNotByTheLogin() {
        assertThat(call(good())).isEqualTo("Optional[00ualice] 0oaagent mcp tools as alice@example.com");
    }

    @Test
    void aTokenWithoutUserIdIsAService() {
        assertThat(call(signed(claims().claim("uid", null))))
                .isEqualTo("Optional.empty 0oaagent mcp tools as alice@example.com");
    }

    @Test
    void aTokenForAnotherAudienceIsRefused() {
        assertThat(call(signed(claims().audience("api://default")))).isEqualTo("TOKEN_AUDIENCE_WRONG");
    }

    @Test
    void aTokenOfAnotherIssuerIsRefused() {
        assertThat(call(signed(claims().issuer("http://localhost:3001")))).isEqualTo("TOKEN_ISSUER_WRONG");
    }

    @Test
    void anIssuerMayEndInASlash() {
        String name = issuer.issuer() + "/";
        issuer.discovery(document -> document.put("issuer", name));
        discovery.load();

        assertThat(call(signed(claims().issuer(name)))).startsWith("Optional[00ualice]");
        assertThat(call(signed(claims()))).isEqualTo("TOKEN_ISSUER_WRONG");
    }

    @Test
    void anExpiredTokenIsRefused() {
        JWTClaimsSet.Builder expired = claims().expirationTime(at(-121));
        assertThat(call(signed(expired))).isEqualTo("TOKEN_EXPIRED");
    }

    @Test
    void clocksMayDifferByTwoMinutes() {
        JWTClaimsSet.Builder justExpired = claims().expirationTime(at(-100));
        assertThat(call(signed(justExpired))).startsWith("Optional[00ualice]");
    }

    @Test
    void aTokenWithoutExpiryIsRefused() {
        assertThat(call(signed(claims().expirationTime(null)))).isEqualTo("TOKEN_MALFORMED");
    }

    @Test
    void aTokenWithoutSignatureIsRefused() {
        assertThat(call(new PlainJWT(claims().build()).serialize())).isEqualTo("TOKEN_MALFORMED");
    }

    @Test
    void aTokenSignedWithThePublicKeyAsASecretIsRefused() throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID(issuer.key().getKeyID())
                        .build(),
                claims().build());
        jwt.sign(new MACSigner(issuer.key().toRSAPublicKey().getEncoded()));

        assertThat(call(jwt.serialize())).isEqualTo("TOKEN_SIGNATURE_WRONG");
    }

    @Test
    void aTokenSignedByAnotherKeyOfTheSameNameIsRefusedAndNotLogged() throws IOException {
        RSAKey forger = new RSAKey.Builder(ScriptedIssuer.newKey())
                .keyID(issuer.key().getKeyID())
                .build();
        String forged = ScriptedIssuer.signed(forger, claims().build());

        assertThat(call(forged)).isEqualTo("TOKEN_SIGNATURE_WRONG");

        assertThat(log()).doesNotContain(forged).doesNotContain("CWWKS5523E").doesNotContain("CWWKS5524E");
    }

    @Test
    void aGoodTokenUnderAnUnknownKeyIdIsRefused() {
        RSAKey renamed = new RSAKey.Builder(issuer.key()).keyID("unknown").build();
        assertThat(call(ScriptedIssuer.signed(renamed, claims().build()))).isEqualTo("TOKEN_SIGNATURE_WRONG");
    }

    @Test
    void aTokenOfAnotherKindIsRefused() throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID(issuer.key().getKeyID())
                        .type(new JOSEObjectType("oauth-id-jag+jwt"))
                        .build(),
                claims().build());
        jwt.sign(new RSASSASigner(issuer.key()));

        assertThat(call(jwt.serialize())).isEqualTo("TOKEN_SIGNATURE_WRONG");
    }

    @Test
    void aFloodOfUnknownKeysReachesTheIssuerOnce() {
        assertThat(call(good())).startsWith("Optional[00ualice]");

        for (int i = 0; i < 50; i++) {
            RSAKey unknown =
                    new RSAKey.Builder(issuer.key()).keyID("unknown-" + i).build();
            assertThat(call(ScriptedIssuer.signed(unknown, claims().build()))).isEqualTo("TOKEN_SIGNATURE_WRONG");
        }

        assertThat(issuer.calls(KEYS)).hasSize(2);
    }

    @Test
    void aTokenOfANewKeyIsAcceptedAtOnce() {
        assertThat(call(good())).startsWith("Optional[00ualice]");
        issuer.addKey();

        assertThat(call(good())).startsWith("Optional[00ualice]");
    }

    @Test
    void aTokenOfAWithdrawnKeyStopsBeingAccepted() {
        String old = good();
        assertThat(call(old)).startsWith("Optional[00ualice]");
        issuer.rotateKeys();
        clock.advance(Duration.ofMinutes(11));

        assertThat(call(old)).isEqualTo("TOKEN_SIGNATURE_WRONG");
    }

    @Test
    void keysOutliveAnOutageOfTheIssuerForAnHour() {
        assertThat(call(longLived())).startsWith("Optional[00ualice]");
        issuer.answerInstead(KEYS, ScriptedIssuer.Answer.of(500, ""));

        clock.advance(Duration.ofMinutes(50));
        assertThat(call(longLived())).startsWith("Optional[00ualice]");
        clock.advance(Duration.ofMinutes(25));
        assertThat(call(longLived())).isEqualTo("OKTA_UNAVAILABLE");
    }

    @Test
    void theContainerLooksAtNoTokenUnasked() {
        assertThat(get("open", good())).isEqualTo("null");
    }

    private String good() {
        return signed(claims());
    }

    private String longLived() {
        return signed(claims().expirationTime(at(8 * 3600)));
    }

    private String signed(JWTClaimsSet.Builder claims) {
        return ScriptedIssuer.signed(issuer.key(), claims.build());
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(issuer.issuer().toString())
                .audience(ScriptedIssuer.AUDIENCE)
                .subject("alice@example.com")
                .claim("uid", "00ualice")
                .claim("cid", "0oaagent")
                .claim("scp", List.of("mcp", "tools"))
                .issueTime(Date.from(Instant.now()))
                .expirationTime(at(3600));
    }

    /** By our clock, which runs ahead of the container's: tokens end in its future only. */
    private Date at(long seconds) {
        return Date.from(clock.instant().plusSeconds(seconds));
    }

    private String call(String token) {
        return get("okta/mcp", token);
    }

    private String get(String path, String token) {
        HttpRequest request = HttpRequest.newBuilder(SERVER.resolve(path))
                .header("Authorization", "Bearer " + token)
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String log() throws IOException {
        return Files.readString(Path.of("logs/messages.log"));
    }
}
