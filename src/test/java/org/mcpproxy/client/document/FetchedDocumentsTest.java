package org.mcpproxy.client.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientIdUrl;
import org.mcpproxy.config.BadSetting;
import org.mcpproxy.config.ClientDocumentSettings;
import org.mcpproxy.fixture.DocumentHost;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** What documents say, and for how long it is believed. */
class FetchedDocumentsTest {

    @TempDir
    static Path folder;

    private static DocumentHost host;

    private final SettableClock clock = new SettableClock();
    private final FetchedDocuments documents = documents(true);

    @BeforeAll
    static void start() {
        host = new DocumentHost(folder);
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @Test
    void aDocumentDescribesItsClient() {
        JSONObject json = document("/described");
        json.put("grant_types", List.of("authorization_code", "refresh_token", "implicit"));
        json.put("something", "else");
        publish("/described", json);

        Client client = documents.current(host.url("/described"));

        assertThat(client.id()).isEqualTo(host.url("/described"));
        assertThat(client.documentHost()).contains(host.authority());
        assertThat(client.redirectUris()).containsExactly(Samples.REDIRECT_URI);
        assertThat(client.authenticationMethod()).isEqualTo(ClientAuthenticationMethod.NONE);
        assertThat(client.grantTypes())
                .containsExactlyInAnyOrder(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN);
    }

    /** RFC 9449 5.2. */
    @Test
    void aDocumentMayWantAllItsTokensBound() {
        JSONObject json = document("/bound");
        json.put("dpop_bound_access_tokens", true);
        publish("/bound", json);

        assertThat(documents.current(host.url("/bound")).bindsTokens()).isTrue();
        assertInvalid("/unclear", "dpop_bound_access_tokens", "yes");
    }

    @Test
    void aDocumentThatNamesAnotherClientIsRefused() {
        for (Object other : new Object[] {
            "https://other.example/client.json", host.url("/named") + "/", host.url("/named") + "?", 7, null
        }) {
            assertInvalid("/named", "client_id", other);
        }
    }

    @Test
    void aDocumentWithoutTheClientsNameIsRefused() {
        assertInvalid("/nameless", "client_name", null);
        assertInvalid("/nameless", "client_name", " ");
    }

    @Test
    void aDocumentWithASecretIsRefused() {
        assertInvalid("/secret", "client_secret", "hunter2");
        assertInvalid("/secret", "client_secret_expires_at", 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_secret_basic", "client_secret_post", "client_secret_jwt", "tls_client_auth"})
    void aDocumentWithAnotherMethodIsRefused(String method) throws JOSEException {
        assertInvalid("/method", "token_endpoint_auth_method", method);
        JSONObject keyed = document("/method");
        keyed.put("token_endpoint_auth_method", method);
        keyed.put("jwks", keys());
        publish("/method", keyed);

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents(true).current(host.url("/method")));
    }

    @Test
    void redirectUrisKeepToTheRulesOfRegistration() {
        for (String uri : List.of("http://app.example/callback", "javascript:alert(1)", "https://app.example/#a")) {
            assertInvalid("/redirect", "redirect_uris", List.of(uri));
        }
        assertInvalid("/redirect", "redirect_uris", List.of());
        assertInvalid("/redirect", "redirect_uris", null);
    }

    @Test
    void theDocumentOfADeviceNeedsNoRedirectUri() {
        JSONObject json = document("/device");
        json.put("grant_types", List.of("urn:ietf:params:oauth:grant-type:device_code"));
        json.remove("redirect_uris");
        publish("/device", json);

        assertThat(documents(true).current(host.url("/device")).redirectUris()).isEmpty();
    }

    @Test
    void grantAndResponseTypesThatCannotBeServedAreRefused() {
        assertInvalid("/types", "grant_types", List.of("client_credentials"));
        assertInvalid("/types", "response_types", List.of("token"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "\"text\"", "{", "{}"})
    void whatIsNoDocumentIsRefused(String text) {
        host.json("/none", text);

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents(true).current(host.url("/none")));
    }

    @Test
    void aDocumentOfMoreThanFiveKibibytesIsRefused() {
        assertInvalid("/padded", "padding", "a".repeat(5 * 1024));
    }

    @Test
    void keysStandInTheDocumentOrAtItsOwnOrigin() {
        JSONObject json = document("/keyed");
        json.put("token_endpoint_auth_method", "private_key_jwt");
        for (String elsewhere : List.of("https://keys.example/jwks", "http://" + host.authority() + "/jwks")) {
            json.put("jwks_uri", elsewhere);
            publish("/keyed", json);
            assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents(true).current(host.url("/keyed")));
        }
        json.remove("jwks_uri");
        publish("/keyed", json);
        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents(true).current(host.url("/keyed")));
        json.put("jwks_uri", host.url("/jwks"));
        publish("/keyed", json);
        assertThat(documents.current(host.url("/keyed")).keys().orElseThrow().location())
                .hasValueSatisfying(uri -> assertThat(uri).hasToString(host.url("/jwks")));
    }

    /** RFC 7591 2. */
    @Test
    void keysInBothPlacesAreRefused() throws JOSEException {
        JSONObject json = document("/both");
        json.put("token_endpoint_auth_method", "private_key_jwt");
        json.put("jwks", keys());
        publish("/both", json);
        assertThat(documents(true).current(host.url("/both")).keys()).isPresent();
        json.put("jwks_uri", host.url("/jwks"));
        publish("/both", json);

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents(true).current(host.url("/both")));
    }

    @Test
    void keysThatAreFetchedKeepToTheSameRules() throws JOSEException {
        Client client = locating("/fetched-keys");
        host.json("/fetched-keys", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}");
        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents.keys(client, false));

        host.json("/fetched-keys", keys().toJSONString());
        clock.advance(FetchCache.FAILURE_HOLDS);
        assertThat(documents.keys(client, false).orElseThrow().size()).isOne();
    }

    /** The attack: keys that the parser trips over, so that each assertion has them fetched again. */
    @ParameterizedTest
    @ValueSource(
            strings = {"null", "[]", "{}", "{\"keys\":null}", "{\"keys\":[null]}", "{\"keys\":[[]]}", "{\"keys\":[1]}"})
    void whatIsNoSetOfKeysIsFetchedOnceInAMoment(String body) {
        String path = "/no-keys-" + body.hashCode();
        Client client = locating(path);
        host.json(path, body);
        for (int i = 0; i < 3; i++) {
            assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents.keys(client, false));
        }
        assertThat(host.requests(path)).hasSize(1);
    }

    /** The attack: whoever has the client's key goes on with it although the client took it away. */
    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "410 Gone"})
    void whatWasTakenAwayEndsTheClient(String status) throws JOSEException {
        String path = "/taken-away-" + status.substring(0, 3);
        Client client = locating(path);
        host.json(path, keys().toJSONString());
        documents.keys(client, false);
        host.answer(path, status, "application/json", "{}");
        host.answer("/of" + path, status, "application/json", "{}");
        clock.advance(FetchCache.SHORTEST);

        assertRefused(Reason.CLIENT_DOCUMENT_WITHDRAWN, () -> documents.lastGood(client.id()));
        assertRefused(Reason.CLIENT_DOCUMENT_WITHDRAWN, () -> documents.keys(client, false));
    }

    /** The attack: assertions of nobody's, so that the host is asked again and again. */
    @Test
    void keysAreFetchedAnewOnceInAMoment() throws JOSEException {
        Client client = locating("/anew");
        host.json("/anew", keys().toJSONString());
        documents.keys(client, false);
        for (int i = 0; i < 5; i++) {
            documents.keys(client, true);
        }
        assertThat(host.requests("/anew")).hasSize(1);

        clock.advance(FetchCache.FAILURE_HOLDS.plusSeconds(1));
        documents.keys(client, true);
        assertThat(host.requests("/anew")).hasSize(2);
    }

    private Client locating(String path) {
        JSONObject json = document("/of" + path);
        json.put("token_endpoint_auth_method", "private_key_jwt");
        json.put("jwks_uri", host.url(path));
        publish("/of" + path, json);
        return documents.current(host.url("/of" + path));
    }

    private static JSONObject keys() throws JOSEException {
        return new JSONObject(
                new JWKSet(new ECKeyGenerator(Curve.P_256).generate().toPublicJWK()).toJSONObject());
    }

    @Test
    void aSymmetricKeyIsRefused() {
        JSONObject json = document("/symmetric");
        json.put("token_endpoint_auth_method", "private_key_jwt");
        json.put("jwks", new JSONObject(Map.of("keys", List.of(Map.of("kty", "oct", "k", "AAAA")))));
        publish("/symmetric", json);

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents.current(host.url("/symmetric")));
    }

    /** Each would be tried with every assertion that a stranger sends. */
    @Test
    void keysThatTakeLongToCheckWithAreRefused() throws JOSEException {
        RSAKey usual = new RSAKeyGenerator(2048).generate().toPublicJWK();
        RSAKey slow = new RSAKey.Builder(usual.getModulus(), usual.getModulus()).build();
        RSAKey large =
                new RSAKey.Builder(Base64URL.encode(BigInteger.ONE.shiftLeft(8191)), usual.getPublicExponent()).build();

        for (JWKSet refused : List.of(new JWKSet(slow), new JWKSet(large), new JWKSet(Collections.nCopies(9, usual)))) {
            assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> ClientDocument.usable(refused));
        }
        assertThat(ClientDocument.usable(new JWKSet(usual)).size()).isOne();
    }

    @Test
    void aDocumentIsKeptForAsLongAsItSaysWithinBounds() {
        assertKept("/an-hour", "max-age=3600", Duration.ofHours(1));
        assertKept("/not-at-all", "no-store", Duration.ofMinutes(5));
        assertKept("/a-second", "max-age=1", Duration.ofMinutes(5));
        assertKept("/a-year", "max-age=31536000", Duration.ofHours(24));
    }

    @Test
    void aFailureIsKeptForAMomentSoThatTheHostIsNotAskedAgainAndAgain() {
        host.answer("/failing", "500 Oops", "application/json", "{}");
        String url = host.url("/failing");
        for (int i = 0; i < 5; i++) {
            assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> documents.current(url));
        }
        assertThat(host.requests("/failing")).hasSize(1);

        publish("/failing", document("/failing"));
        clock.advance(FetchCache.FAILURE_HOLDS);
        assertThat(documents.current(url).id()).isEqualTo(url);
    }

    /** Else who keeps us busy for a moment would keep a client from coming for longer. */
    @Test
    void thatWeAreBusyIsHeldAgainstNobody() throws BadSetting {
        host.json("/busy", "{}");
        AtomicBoolean busy = new AtomicBoolean(true);
        ClientDocumentSettings settings = settings(true);
        try (GuardedFetch fetch = new GuardedFetch(
                new HostRules(settings),
                FetchClient.of(settings, settings.tls().open(), InetAddress::getAllByName),
                GuardedFetch.DEADLINE)) {
            FetchCache<String> cache = new FetchCache<>(
                    fetch,
                    1024,
                    (url, text) -> {
                        if (busy.getAndSet(false)) {
                            throw Rejection.of(Reason.SERVER_FULL);
                        }
                        return text;
                    },
                    clock);
            ClientIdUrl url = ClientIdUrl.parse(host.url("/busy")).orElseThrow();

            assertRefused(Reason.SERVER_FULL, () -> cache.current(url));
            assertThat(cache.current(url)).isEqualTo("{}");
        }
    }

    @Test
    void whileTheHostIsDownWhatWasGrantedGoesOnAndNothingNewBegins() {
        String url = host.url("/down");
        publish("/down", document("/down"));
        documents.current(url);
        host.answer("/down", "503 Down", "application/json", "{}");
        clock.advance(FetchCache.SHORTEST);

        assertThat(documents.lastGood(url).id()).isEqualTo(url);
        assertThat(documents.isNew(url)).as("and is not counted as a new one").isFalse();
        assertThat(documents.isNew(host.url("/never-seen"))).isTrue();
        assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> documents.current(url));
        clock.advance(FetchCache.LAST_GOOD);
        assertRefused(Reason.CLIENT_DOCUMENT_UNAVAILABLE, () -> documents.lastGood(url));
    }

    @Test
    void aDocumentThatBecameABadOneEndsTheClient() {
        String url = host.url("/turned");
        publish("/turned", document("/turned"));
        documents.current(url);
        host.json("/turned", "{}");
        clock.advance(FetchCache.SHORTEST);

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents.lastGood(url));
    }

    @Test
    void manyWhoAskAtOnceMakeOneFetch() {
        publish("/together", document("/together"));
        String url = host.url("/together");

        Race.of(12, () -> documents.current(url));

        assertThat(host.requests("/together")).hasSize(1);
    }

    @Test
    void whereDocumentsAreOffNoneIsFetched() {
        publish("/off", document("/off"));

        assertRefused(Reason.CLIENT_DOCUMENTS_OFF, () -> documents(false).current(host.url("/off")));
        assertRefused(Reason.CLIENT_DOCUMENTS_OFF, () -> documents(false).lastGood(host.url("/off")));
        assertThat(host.requests("/off")).isEmpty();
    }

    @Test
    void aUrlThatIsNotAcceptableIsNotFetched() {
        assertRefused(
                Reason.CLIENT_DOCUMENT_URL_UNACCEPTABLE,
                () -> documents.current("http://" + host.authority() + "/described"));
    }

    private void assertKept(String path, String cacheControl, Duration lifetime) {
        host.json(path, document(path).toJSONString(), "Cache-Control: " + cacheControl);
        documents.current(host.url(path));
        clock.advance(lifetime.minusSeconds(1));
        documents.current(host.url(path));
        assertThat(host.requests(path)).hasSize(1);
        clock.advance(Duration.ofSeconds(1));
        documents.current(host.url(path));
        assertThat(host.requests(path)).hasSize(2);
    }

    /** Each with a cache of its own. */
    private void assertInvalid(String path, String member, Object value) {
        publish(path, document(path));
        assertThat(documents(true).current(host.url(path)).id()).isEqualTo(host.url(path));
        JSONObject json = document(path);
        json.put(member, value);
        publish(path, json);

        assertRefused(Reason.CLIENT_DOCUMENT_INVALID, () -> documents(true).current(host.url(path)));
    }

    private static JSONObject document(String path) {
        JSONObject json = new JSONObject();
        json.put("client_id", host.url(path));
        json.put("client_name", "An application");
        json.put("redirect_uris", List.of(Samples.REDIRECT_URI));
        return json;
    }

    private static void publish(String path, JSONObject json) {
        host.json(path, json.toJSONString());
    }

    private FetchedDocuments documents(boolean on) {
        return new FetchedDocuments(
                Samples.settings(settings(on)), clock, InetAddress::getAllByName, GuardedFetch.DEADLINE);
    }

    private static ClientDocumentSettings settings(boolean on) {
        return new ClientDocumentSettings(
                on, Set.of(), Set.of(), Set.of(host.authority()), Optional.empty(), Optional.of(host.authorities()));
    }
}
