package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Preregistered;

/** Libraries that take nothing that the specifications do not allow, as services that act for themselves. */
class StrictServicesClientIT {

    private static final List<String> WHOLE_TRIP =
            List.of("metadata", "token", "signature", "call", "introspection", "revocation", "refusal");

    private final Installation installation = Installation.shared();

    @ParameterizedTest
    @ValueSource(strings = {"oauth4webapi", "openid-client"})
    void aServerExchangesTheTokenOfAUser(String library) {
        String token =
                OAuthClient.publicClient(installation.proxy()).signOn("alice").get("access_token");

        Trip trip = Trip.of(
                "token-exchange.mjs",
                library,
                installation.at("").toString(),
                installation.proxy().mcp().toString(),
                Preregistered.SERVER,
                Preregistered.SECRET,
                token);

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).isEqualTo(List.of("metadata", "token", "actor", "call", "refusal"));
    }

    /** MCP Enterprise-Managed Authorization 5. */
    @ParameterizedTest
    @ValueSource(strings = {"oauth4webapi", "openid-client"})
    void aClientBringsOktasWordForAUser(String library) {
        URI mcp = installation.proxy().mcp();
        String assertion = installation
                .okta()
                .forgeAssertion(OktaUser.ALICE, installation.at(""), Preregistered.ASSERTING, mcp)
                .signed();

        Trip trip = Trip.of(
                "id-jag.mjs",
                library,
                installation.at("").toString(),
                mcp.toString(),
                Preregistered.ASSERTING,
                Preregistered.SECRET,
                assertion,
                OktaUser.ALICE.id());

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).isEqualTo(List.of("metadata", "token", "user", "call", "replay"));
    }

    /** RFC 9449. A library that leaves it to its user to sign again with another nonce says when. */
    @ParameterizedTest
    @CsvSource({"oauth4webapi, nonce", "openid-client, "})
    void anApplicationsTokensAreBoundToItsKey(String library, String nonce) {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        URI callback = new Browser().signOn(client.authorizationUri(), "alice", client.redirectUri());

        Trip trip = Trip.of(
                "proof-of-possession.mjs",
                library,
                installation.at("").toString(),
                installation.proxy().mcp().toString(),
                client.id(),
                "application",
                callback.toString(),
                client.verifier(),
                client.state());

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps())
                .isEqualTo(
                        told("metadata", nonce, "token", "call", "refresh", nonce, "another nonce", nonce, "refusal"));
    }

    /** Its assertion is good once: it signs another one, too. */
    @ParameterizedTest
    @CsvSource({"oauth4webapi, nonce", "openid-client, "})
    void aServicesTokenIsBoundToItsKey(String library, String nonce) {
        Trip trip = Trip.of(
                "proof-of-possession.mjs",
                library,
                installation.at("").toString(),
                installation.proxy().mcp().toString(),
                Preregistered.KEYED,
                "service",
                Preregistered.secretOrKey(Preregistered.KEYED));

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps())
                .isEqualTo(told("metadata", nonce, "token", "call", nonce, "another nonce", nonce, "refusal"));
    }

    private static List<String> told(String... steps) {
        return Stream.of(steps).filter(Objects::nonNull).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "oauth4webapi.mjs, client_secret_basic, " + Preregistered.BASIC,
        "oauth4webapi.mjs, client_secret_post, " + Preregistered.POST,
        "oauth4webapi.mjs, private_key_jwt, " + Preregistered.KEYED,
        "openid-client.mjs, client_secret_basic, " + Preregistered.BASIC,
        "openid-client.mjs, client_secret_post, " + Preregistered.POST,
        "openid-client.mjs, private_key_jwt, " + Preregistered.KEYED
    })
    void aServiceGetsUsesAndRevokesAToken(String library, String method, String client) {
        Trip trip = Trip.of(
                library,
                installation.at("").toString(),
                installation.proxy().mcp().toString(),
                method,
                client,
                Preregistered.secretOrKey(client),
                Preregistered.SERVER,
                Preregistered.SECRET);

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).isEqualTo(WHOLE_TRIP);
    }
}
