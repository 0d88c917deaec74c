package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Date;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Secret;

/** The ID token that a refresh brings, where the issuer's keys can be had and where they cannot. */
class RefreshedIdTokenTest {

    private static final URI ISSUER = URI.create("https://acme.okta.com/oauth2/default");
    private static final Duration LONGER_THAN_KEYS_ARE_BELIEVED = Duration.ofHours(2);
    private static final Duration UNTIL_THE_NEXT_TRY = Duration.ofSeconds(15);

    private final MovableClock clock = new MovableClock();
    private final Settings settings =
            UpstreamDeployment.settings(ISSUER, new Credential.ClientSecret(new Secret("secret")));
    private final IssuerCalls calls = new IssuerCalls(
            this::answer, CallLimits.standard(), new UpstreamStatus(), clock, new IssuerMeter(new Meters()));
    private final Discovery discovery = new Discovery(settings, calls);
    private final OpenIdProvider provider = new OpenIdProvider(
            settings,
            discovery,
            null,
            null,
            new IdTokens(settings, discovery, new IssuerKeys(discovery, calls, clock)),
            null,
            calls,
            null,
            clock);
    private final RSAKey old = key();
    private final RSAKey next = key();
    private JWKSet published = new JWKSet(old);
    private boolean down;

    @BeforeEach
    void discover() {
        discovery.load();
    }

    @Test
    void oneThatIsValidTakesThePlaceOfTheOldOne() {
        RefreshedTokens refreshed = refreshed(idToken("00ualice", old));

        assertThat(provider.validated(refreshed).idToken()).isEqualTo(refreshed.idToken());
    }

    /** That nobody can tell whose it is neither ends the session nor makes it good. */
    @Test
    void whereNoKeysCanBeHadItIsToBeLookedAtLater() {
        RefreshedTokens alices = refreshed(idToken("00ualice", old));
        RefreshedTokens mallorys = refreshed(idToken("00umallory", old));
        provider.validated(alices);
        clock.advance(LONGER_THAN_KEYS_ARE_BELIEVED);
        down = true;
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> provider.validated(refreshed(idToken("00ualice", old))));
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> provider.validated(mallorys));

        down = false;
        clock.advance(UNTIL_THE_NEXT_TRY);
        RefreshedTokens again = refreshed(idToken("00ualice", old));
        assertThat(provider.validated(again).idToken()).isEqualTo(again.idToken());
        assertRefused(Reason.ID_TOKEN_INVALID, () -> provider.validated(refreshed(idToken("00umallory", old))));
    }

    /** As when the issuer begins to sign with a new key, and then does not answer. */
    @Test
    void whereItsKeyIsNotKnownAndTheIssuerCannotBeAskedItIsToBeLookedAtLater() {
        provider.validated(refreshed(idToken("00ualice", old)));
        published = new JWKSet(next);
        down = true;
        RefreshedTokens refreshed = refreshed(idToken("00ualice", next));
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> provider.validated(refreshed));
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> provider.validated(refreshed));

        down = false;
        clock.advance(UNTIL_THE_NEXT_TRY);
        assertThat(provider.validated(refreshed).idToken()).isEqualTo(refreshed.idToken());
    }

    /** The issuer was asked, and does not publish it. */
    @Test
    void whereItsKeyIsNobodysItIsLeftAside() {
        RefreshedTokens refreshed = refreshed(idToken("00ualice", next));

        assertThat(provider.validated(refreshed)).isEqualTo(refreshed.tokens());
    }

    @Test
    void anotherPersonsIsRefused() {
        assertRefused(Reason.ID_TOKEN_INVALID, () -> provider.validated(refreshed(idToken("00umallory", old))));
    }

    private RefreshedTokens refreshed(Secret idToken) {
        return new RefreshedTokens(
                new UpstreamTokens(
                        new Secret("access"),
                        Optional.of(new Secret("refresh")),
                        Optional.of(idToken("00ualice", old)),
                        clock.instant().plus(Duration.ofHours(1)),
                        Optional.empty()),
                Optional.of(idToken));
    }

    private Secret idToken(String subject, RSAKey key) {
        return new Secret(ScriptedIssuer.signed(
                key,
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER.toString())
                        .audience(ScriptedIssuer.CLIENT_ID)
                        .subject(subject)
                        .issueTime(new Date())
                        .expirationTime(Date.from(clock.instant().plus(Duration.ofMinutes(5))))
                        .build()));
    }

    private HTTPResponse answer(ReadOnlyHTTPRequest request) throws IOException {
        if (request.getURI().getPath().endsWith("/keys") && down) {
            throw new IOException("ConnectException");
        }
        HTTPResponse response = new HTTPResponse(200);
        response.setHeader("Content-Type", "application/json");
        response.setBody(
                request.getURI().getPath().endsWith("/keys") ? published.toString(true) : """
                {"issuer":"%s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token","jwks_uri":"%1$s/keys",
                 "response_types_supported":["code"],"subject_types_supported":["public"],
                 "id_token_signing_alg_values_supported":["RS256"]}""".formatted(ISSUER));
        return response;
    }

    private static RSAKey key() {
        try {
            return new RSAKeyGenerator(2048).keyIDFromThumbprint(true).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
