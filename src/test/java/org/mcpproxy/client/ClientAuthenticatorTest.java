package org.mcpproxy.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.Samples.parameters;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.KnownDocuments;
import org.mcpproxy.fixture.RememberedAssertions;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;

class ClientAuthenticatorTest {

    private final Map<String, Client> known = new HashMap<>();
    private final ClientAuthenticator authenticator = new ClientAuthenticator(
            KnownDocuments.none(new Clients() {
                @Override
                public void add(Client client) {
                    known.put(client.id(), client);
                }

                @Override
                public Optional<Client> find(String clientId) {
                    return Optional.ofNullable(known.get(clientId));
                }
            }),
            new ClientAssertions(
                    new KnownDocuments(), new RememberedAssertions(), Samples.settings(), new SettableClock()));

    ClientAuthenticatorTest() {
        known.put("public", Samples.client("public"));
        known.put("basic", confidential("basic", ClientAuthenticationMethod.CLIENT_SECRET_BASIC));
        known.put("post", confidential("post", ClientAuthenticationMethod.CLIENT_SECRET_POST));
    }

    @Test
    void eachClientAuthenticatesInItsOwnWay() {
        assertThat(authenticator.authenticate(null, parameters("client_id", "public")))
                .isEqualTo(known.get("public"));
        assertThat(authenticator.authenticate(basic("basic", "hunter2"), parameters()))
                .isEqualTo(known.get("basic"));
        assertThat(authenticator.authenticate(basic("basic", "hunter2"), parameters("client_id", "basic")))
                .isEqualTo(known.get("basic"));
        assertThat(authenticator.authenticate(null, parameters("client_id", "post", "client_secret", "hunter2")))
                .isEqualTo(known.get("post"));
    }

    @Test
    void aWrongSecretIsRefused() {
        assertRefused(
                Reason.CLIENT_SECRET_WRONG, () -> authenticator.authenticate(basic("basic", "wrong"), parameters()));
        assertRefused(Reason.CLIENT_SECRET_WRONG, () -> authenticator.authenticate(basic("basic", ""), parameters()));
        assertRefused(
                Reason.CLIENT_SECRET_WRONG,
                () -> authenticator.authenticate(null, parameters("client_id", "post", "client_secret", "wrong")));
    }

    @Test
    void aConfidentialClientMayNotLeaveItsSecretOut() {
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_MISSING,
                () -> authenticator.authenticate(null, parameters("client_id", "post")));
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_MISSING,
                () -> authenticator.authenticate(null, parameters("client_id", "basic", "client_secret", "")));
    }

    @Test
    void aClientMayNotUseAnotherMethodThanItsOwn() {
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_METHOD,
                () -> authenticator.authenticate(null, parameters("client_id", "basic", "client_secret", "hunter2")));
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_METHOD,
                () -> authenticator.authenticate(basic("post", "hunter2"), parameters()));
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_METHOD,
                () -> authenticator.authenticate(basic("public", "anything"), parameters()));
    }

    @Test
    void anUnknownClientIsRefusedAndNeverMade() {
        assertRefused(
                Reason.CLIENT_UNKNOWN, () -> authenticator.authenticate(null, parameters("client_id", "stranger")));
        assertRefused(
                Reason.CLIENT_UNKNOWN, () -> authenticator.authenticate(basic("stranger", "secret"), parameters()));
        assertRefused(Reason.CLIENT_MISSING, () -> authenticator.authenticate(null, parameters()));
        assertThat(known).hasSize(3);
    }

    @Test
    void twoWaysAtOnceAndTwoNamesAtOnceAreRefused() {
        assertRefused(
                Reason.MALFORMED_REQUEST,
                () -> authenticator.authenticate(basic("basic", "hunter2"), parameters("client_secret", "hunter2")));
        assertRefused(
                Reason.MALFORMED_REQUEST,
                () -> authenticator.authenticate(basic("basic", "hunter2"), parameters("client_id", "post")));
    }

    /** Among them an empty id, an id that is an unfinished percent escape, and bytes that are no UTF-8. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Basic",
                "Basic ",
                "Basic !!!!",
                "Basic Og==",
                "Basic OmE=",
                "Basic YQ==",
                "Basic JTo=",
                "Basic JXp6OmE=",
                "Basic AA==",
                "Basic IDpi",
                "Bearer token",
                "Digest x"
            })
    void aHeaderThatCannotBeReadIsRefused(String header) {
        assertRefused(Reason.CLIENT_SECRET_WRONG, () -> authenticator.authenticate(header, parameters()));
    }

    private static Client confidential(String id, ClientAuthenticationMethod method) {
        return new Client(
                id,
                Optional.empty(),
                List.of(Samples.REDIRECT_URI),
                method,
                Optional.of(new Secret("hunter2").hash()),
                Set.of(GrantType.AUTHORIZATION_CODE),
                Scopes.baseline(),
                Instant.parse("2026-11-23T09:00:00Z"));
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }
}
