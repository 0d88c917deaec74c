package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.DocumentHost;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** A client that has not registered, and is known by its metadata document. */
class ClientDocumentIT {

    private static final String REDIRECT_URI = "http://127.0.0.1:8123/callback";

    private final DocumentHost host = DocumentHost.shared();
    private final Installation installation = Installation.shared();

    @Test
    void aClientSignsOnCallsRefreshesAndDisconnects() {
        OAuthClient client = published("/trip.json", document("/trip.json"));

        Answer tokens = client.signOn("alice");
        assertThat(tokens.status()).as(tokens.text()).isEqualTo(200);
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
        Answer refreshed = client.refresh(tokens.get("refresh_token"));
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(client.ping(refreshed.get("access_token")).status()).isEqualTo(200);
        assertThat(client.revoke(refreshed.get("refresh_token")).status()).isEqualTo(200);
        assertThat(client.ping(refreshed.get("access_token")).status()).isEqualTo(401);
        assertThat(host.requests("/trip.json")).hasSize(1);
    }

    @Test
    void thePersonIsToldWhichHostAsksAndThatAnyProgramCouldPretend() {
        JSONObject document = document("/asked.json");
        document.put("client_name", "<b>Bank</b>");
        OAuthClient client = published("/asked.json", document);
        Browser browser = new Browser();

        Page consent = browser.get(browser.get(client.authorizationUri()).next().orElseThrow());

        assertThat(consent.text())
                .contains("<strong>" + host.authority() + "</strong>")
                .contains("Any program on your computer could pretend to be the application of " + host.authority())
                .contains("&lt;b&gt;Bank&lt;/b&gt;")
                .doesNotContain("<b>Bank");
    }

    @Test
    void aRedirectUriThatTheDocumentDoesNotNameIsShownAnError() {
        OAuthClient client = published("/redirect.json", document("/redirect.json"));
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("redirect_uri", "https://evil.example/callback");

        Page page = new Browser().get(client.authorizationUri(parameters));

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
    }

    @Test
    void aDocumentThatIsNotThereOrNamesAnotherIsShownAnError() {
        JSONObject other = document("/other.json");
        other.put("client_id", host.url("/trip.json"));

        assertRefused(published("/other.json", other).authorizationUri(), 401);
        assertRefused(client(host.url("/missing.json")).authorizationUri(), 401);
        assertRefused(client("http://" + host.authority() + "/trip.json").authorizationUri(), 401);
        assertRefused(client("https://127.0.0.1/client.json").authorizationUri(), 401);
        assertRefused(client("https://169.254.169.254/latest/meta-data").authorizationUri(), 401);
    }

    @Test
    void aClientProvesItselfByItsKeyOnceWithEachAssertion() throws JOSEException {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
        host.json("/jwks.json", new JWKSet(key.toPublicJWK()).toString());
        JSONObject document = document("/keyed.json");
        document.put("token_endpoint_auth_method", "private_key_jwt");
        document.put("jwks_uri", host.url("/jwks.json"));
        OAuthClient client = published("/keyed.json", document);
        Map<String, String> redemption = client.redemptionParameters(client.code("alice"));
        assertThat(client.token(redemption).get("error")).isEqualTo("invalid_client");

        prove(redemption, assertion(client, key));
        Answer tokens = client.token(redemption);
        assertThat(tokens.status()).as(tokens.text()).isEqualTo(200);

        Map<String, String> refresh = client.refreshParameters(tokens.get("refresh_token"));
        refresh.put("client_assertion", redemption.get("client_assertion"));
        refresh.put("client_assertion_type", redemption.get("client_assertion_type"));
        assertThat(client.token(refresh).get("error")).isEqualTo("invalid_client");
        prove(refresh, assertion(client, key));
        Answer refreshed = client.token(refresh);
        assertThat(refreshed.status()).as(refreshed.text()).isEqualTo(200);

        Map<String, String> revocation =
                prove(new HashMap<>(Map.of("token", refreshed.get("refresh_token"))), assertion(client, key));
        assertThat(client.post("/oauth2/v1/revoke", revocation).status()).isEqualTo(200);
        assertThat(client.ping(refreshed.get("access_token")).status()).isEqualTo(401);
    }

    private void assertRefused(URI authorization, int status) {
        Page page = new Browser().get(authorization);

        assertThat(page.status()).as(authorization.toString()).isEqualTo(status);
        assertThat(page.next()).isEmpty();
    }

    private JSONObject document(String path) {
        JSONObject document = new JSONObject();
        document.put("client_id", host.url(path));
        document.put("client_name", "A plain client");
        document.put("redirect_uris", List.of(REDIRECT_URI));
        document.put("grant_types", List.of("authorization_code", "refresh_token"));
        return document;
    }

    private OAuthClient published(String path, JSONObject document) {
        host.json(path, document.toJSONString(), "Cache-Control: max-age=3600");
        return client(host.url(path));
    }

    private OAuthClient client(String id) {
        return OAuthClient.known(installation.proxy(), id, REDIRECT_URI);
    }

    private static Map<String, String> prove(Map<String, String> parameters, String assertion) {
        parameters.put("client_assertion", assertion);
        parameters.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        return parameters;
    }

    private String assertion(OAuthClient client, ECKey key) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer(client.id())
                        .subject(client.id())
                        .audience(installation.at("").toString())
                        .jwtID(UUID.randomUUID().toString())
                        .expirationTime(Date.from(Instant.now().plus(Duration.ofMinutes(2))))
                        .build());
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }
}
