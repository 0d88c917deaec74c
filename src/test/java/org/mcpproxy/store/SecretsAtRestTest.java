package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mcpproxy.authorization.AuthorizationRequests;
import org.mcpproxy.authorization.ClientRequest;
import org.mcpproxy.authorization.DeviceSignOns;
import org.mcpproxy.authorization.PendingAuthorization;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.authorization.PendingAuthorization.Upstream;
import org.mcpproxy.authorization.RequestUris;
import org.mcpproxy.authorization.UserCodes;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.KnownClients;
import org.mcpproxy.fixture.KnownDocuments;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.registration.ClientConfiguration;
import org.mcpproxy.registration.Registered;
import org.mcpproxy.registration.Registration;
import org.mcpproxy.token.TokenAnswer;
import org.mcpproxy.upstream.UpstreamTokens;

/** Whoever reads all of the database can use nothing of what it holds. */
class SecretsAtRestTest {

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Store store = endpoint.store;
    private final List<Secret> secrets = new ArrayList<>();
    private final Client client = registered();

    @Test
    void noTableHoldsASecretInPlainAtAnyTimeOfAGrantsLife() {
        signOn();
        Grant grant = endpoint.grant("client");
        Secret code = made(endpoint.code(grant));
        assertNothingIsSeen();

        Secret first = issued(endpoint.redeem(client, TokenEndpoint.codeRequest(code)));
        assertNothingIsSeen();

        endpoint.clock.advance(Duration.ofHours(2));
        Secret second = issued(endpoint.refresh(client, first));
        issued(endpoint.refresh(client, second));
        okta(endpoint.session.fresh(grant.id()));
        assertThat(column("refresh_token", "sealed_answer").filter(answer -> answer != null))
                .hasSize(2);
        assertNothingIsSeen();

        store.grants.end(grant.id());
        assertNothingIsSeen();
    }

    /** Of a pushed request neither its name nor that by which its client authenticated. */
    @Test
    void nothingByWhichARequestWasPushedIsKept() {
        AuthorizationRequests requests = new AuthorizationRequests(
                KnownDocuments.none(new KnownClients(client)), endpoint.settings, Samples.idTokens());
        RequestUris uris = new RequestUris(requests, store.pushed, endpoint.settings, Samples.RANDOM, endpoint.clock);
        String uri = uris.push(
                        client,
                        Samples.parameters(
                                "response_type",
                                "code",
                                "code_challenge",
                                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                                "code_challenge_method",
                                "S256",
                                "client_secret",
                                made(Secret.random(Samples.RANDOM)).value(),
                                "client_assertion",
                                made(Secret.random(Samples.RANDOM)).value()))
                .toString();
        made(new Secret(uri.substring(uri.lastIndexOf(':') + 1)));

        assertThat(column("pushed_request", "parameters")).hasSize(1);
        assertNothingIsSeen();
    }

    /** RFC 7592: each read and update gives a new token, and a client that becomes confidential gets a secret. */
    @Test
    void nothingByWhichAClientManagesItsRegistrationIsKept() {
        Registration registration = new Registration(store.clients, endpoint.settings, endpoint.clock, Samples.RANDOM);
        ClientConfiguration configuration = new ClientConfiguration(
                store.clients, store.registrations, endpoint.ending, endpoint.settings, Samples.RANDOM);
        Registered first = told(registration.register(
                "{\"redirect_uris\":[\"https://app.example/callback\"],\"token_endpoint_auth_method\":\"none\"}"));
        assertNothingIsSeen();

        Registered read = told(configuration.read(first.client()));
        assertNothingIsSeen();

        Registered updated = told(configuration.update(
                read.client(),
                "{\"client_id\":\"" + read.client().id() + "\",\"redirect_uris\":[\"https://app.example/callback\"]}",
                Samples.TRAIL));
        assertThat(updated.secret()).isPresent();
        assertNothingIsSeen();
    }

    private Registered told(Registered registered) {
        made(registered.token());
        registered.secret().ifPresent(this::made);
        return registered;
    }

    /** The one code is kept by its hash, the other, which is short, by what takes the secret to make. */
    @Test
    void neitherCodeOfADeviceIsKept() {
        Client device = Samples.device("device");
        DeviceSignOns.Begun begun = new DeviceSignOns(
                        store.devices,
                        new UserCodes(endpoint.settings, Samples.RANDOM),
                        KnownDocuments.none(new KnownClients(device)),
                        endpoint.settings,
                        Samples.RANDOM,
                        endpoint.clock)
                .begin(device, Samples.parameters(), "payer", Samples.TRAIL);
        made(begun.deviceCode());
        made(begun.userCode());
        made(new Secret(begun.userCode().value().replace("-", "")));
        made(new Secret(begun.userCode().hash()));

        assertThat(column("device_authorization", "user_code_hash")).hasSize(1);
        assertNothingIsSeen();
    }

    private Client registered() {
        Client registered = new Client(
                        "client",
                        Optional.empty(),
                        List.of(Samples.REDIRECT_URI),
                        ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                        Optional.of(made(Secret.random(Samples.RANDOM)).hash()),
                        Set.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
                        Scopes.offered(),
                        endpoint.clock.instant())
                .managedBy(made(Secret.random(Samples.RANDOM)).hash());
        store.clients.add(registered);
        return registered;
    }

    private void signOn() {
        store.pendings.save(new PendingAuthorization(
                "id",
                made(Secret.random(Samples.RANDOM)).hash(),
                made(Secret.random(Samples.RANDOM)).hash(),
                new ClientRequest(
                        "client",
                        Samples.REDIRECT_URI,
                        Optional.empty(),
                        "challenge",
                        Scopes.offered(),
                        Samples.RESOURCES),
                Step.OKTA,
                true,
                Optional.of(new Upstream(
                        made(Secret.random(Samples.RANDOM)), made(Secret.random(Samples.RANDOM)), Optional.empty())),
                Optional.empty(),
                endpoint.clock.instant().plus(Duration.ofMinutes(10))));
        okta(endpoint.okta.issue());
    }

    private Secret made(Secret secret) {
        secrets.add(secret);
        return secret;
    }

    /** Each part of a token counts. */
    private Secret issued(TokenAnswer answer) {
        Secret refreshToken = answer.refreshToken().orElseThrow();
        Stream.of(answer.accessToken(), refreshToken)
                .flatMap(token -> Stream.of(token.value().split("\\.")))
                .filter(part -> part.length() > 40)
                .forEach(part -> made(new Secret(part)));
        return refreshToken;
    }

    private void okta(UpstreamTokens tokens) {
        made(tokens.accessToken());
        tokens.refreshToken().ifPresent(this::made);
        tokens.idToken().ifPresent(this::made);
    }

    private void assertNothingIsSeen() {
        List<String> all = Databases.H2.tables().stream()
                .flatMap(table -> column(table, "*"))
                .toList();
        assertThat(all).isNotEmpty();
        for (Secret secret : secrets) {
            assertThat(all).noneMatch(text -> text != null && text.contains(secret.value()));
        }
        assertThat(all).noneMatch(text -> text != null && text.contains("okta-"));
    }

    private Stream<String> column(String table, String columns) {
        return store
                .database
                .with(handle -> handle.select("SELECT " + columns + " FROM " + table)
                        .mapToMap()
                        .list())
                .stream()
                .flatMap(row -> row.values().stream())
                .map(SecretsAtRestTest::text);
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.ISO_8859_1)
                : value == null ? null : value.toString();
    }
}
