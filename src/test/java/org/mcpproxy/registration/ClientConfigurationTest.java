package org.mcpproxy.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;

class ClientConfigurationTest {

    private static final String METADATA = "'redirect_uris':['https://app.example/callback'],"
            + "'grant_types':['authorization_code','refresh_token'],'client_name':'An app'";
    private static final String PUBLIC = METADATA + ",'token_endpoint_auth_method':'none'";

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Registration registration =
            new Registration(endpoint.store.clients, endpoint.settings, endpoint.clock, Samples.RANDOM);
    private final ClientConfiguration configuration = new ClientConfiguration(
            endpoint.store.clients, endpoint.store.registrations, endpoint.ending, endpoint.settings, Samples.RANDOM);
    private final Registered registered = register("{" + PUBLIC + "}");
    private final String id = registered.client().id();

    @Test
    void aReadAnswersWhatIsRegisteredAndWithANewToken() {
        Registered read = configuration.read(found());

        assertThat(read.client())
                .isEqualTo(registered.client().managedBy(read.token().hash()));
        assertThat(read.secret()).isEmpty();
        assertThat(read.token()).isNotEqualTo(registered.token());
        assertThat(configuration.find(id, read.token())).isEqualTo(read.client());
        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> configuration.find(id, registered.token()));
    }

    @Test
    void aWrongTokenIsRefusedAsAnUnknownClientIs() {
        Registered other = register("{" + PUBLIC + "}");

        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> configuration.find(id, other.token()));
        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> configuration.find("unknown", registered.token()));
        assertRefused(
                Reason.REGISTRATION_TOKEN_WRONG,
                () -> configuration.find(id, new Secret(registered.token().hash())));
    }

    /** Registered before there were such tokens. */
    @Test
    void aClientWithoutATokenIsFoundByNone() {
        endpoint.store.clients.add(Samples.client("older"));

        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> configuration.find("older", new Secret("")));
    }

    @Test
    void ofTwoWithOneTokenTheLaterIsRefusedAndChangesNothing() {
        Client seen = found();
        Registered first = configuration.read(seen);

        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> configuration.read(seen));
        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> update(seen, "{" + PUBLIC + ",'scope':'mcp'}"));
        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> configuration.delete(seen, Samples.TRAIL));
        assertThat(endpoint.store.clients.find(id)).contains(first.client());
    }

    @Test
    void anUpdateReplacesEverythingAndWhatIsLeftOutHasItsDefault() {
        Registered updated = update(
                found(),
                "{'redirect_uris':['http://127.0.0.1/cb'],"
                        + "'token_endpoint_auth_method':'none','scope':'mcp admin'}");

        Client client = endpoint.store.clients.find(id).orElseThrow();
        assertThat(client).isEqualTo(updated.client());
        assertThat(client.name()).isEmpty();
        assertThat(client.redirectUris()).containsExactly("http://127.0.0.1/cb");
        assertThat(client.grantTypes()).containsExactly(GrantType.AUTHORIZATION_CODE);
        assertThat(client.scope()).isEqualTo(Scopes.baseline());
        assertThat(client.registeredAt()).isEqualTo(registered.client().registeredAt());
        assertThat(configuration.find(id, updated.token())).isEqualTo(client);
        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> configuration.find(id, registered.token()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'redirect_uris':['http://app.example/cb']",
                "'redirect_uris':['javascript:alert(1)']",
                "'redirect_uris':[]",
                "'redirect_uris':null",
                "'client_name':'without redirect URIs'",
                PUBLIC + ",'jwks':{'keys':[]},'jwks_uri':'https://app.example/keys'",
                METADATA + ",'token_endpoint_auth_method':'private_key_jwt'",
                METADATA + ",'response_types':['token']",
                "'redirect_uris':['https://app.example/callback'],'grant_types':['implicit']"
            })
    void metadataThatCouldNotBeRegisteredChangeNothingAndLeaveTheTokenAsItIs(String metadata) {
        Client seen = found();

        List<Reason> reasons = new ArrayList<>();
        try {
            update(seen, "{" + metadata + "}");
        } catch (Rejection refused) {
            reasons.add(refused.reason());
        }

        assertThat(reasons).hasSize(1).allMatch(reason -> reason.status() == 400);
        assertThat(found()).isEqualTo(seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "1"})
    void anUpdateThatIsNoObjectIsRefused(String json) {
        Client seen = found();

        assertRefused(Reason.CLIENT_METADATA_INVALID, () -> configuration.update(seen, json, Samples.TRAIL));
        assertThat(found()).isEqualTo(seen);
    }

    /** RFC 7592 2.2. */
    @Test
    void anUpdateNamesTheClientWhoseTokenItBears() {
        Registered victim = register("{" + PUBLIC + "}");
        Client seen = found();

        for (String json : List.of(
                "{" + PUBLIC + "}",
                "{'client_id':null," + PUBLIC + "}",
                "{'client_id':['" + id + "']," + PUBLIC + "}",
                "{'client_id':'" + victim.client().id() + "'," + PUBLIC + "}")) {
            assertRefused(
                    Reason.UPDATE_OF_OTHER_CLIENT,
                    () -> configuration.update(seen, json.replace('\'', '"'), Samples.TRAIL));
        }

        assertThat(found()).isEqualTo(seen);
        assertThat(endpoint.store.clients.find(victim.client().id())).contains(victim.client());
    }

    /** RFC 7592 2.2. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "registration_access_token",
                "registration_client_uri",
                "client_secret_expires_at",
                "client_id_issued_at"
            })
    void anUpdateHoldsNothingOfTheRegistrationItself(String member) {
        Client seen = found();

        assertRefused(Reason.UPDATE_MEMBER_UNACCEPTABLE, () -> update(seen, "{" + PUBLIC + ",'" + member + "':0}"));
        assertRefused(Reason.UPDATE_MEMBER_UNACCEPTABLE, () -> update(seen, "{" + PUBLIC + ",'" + member + "':null}"));
        assertThat(found()).isEqualTo(seen);
    }

    /** RFC 7592 2.2. */
    @Test
    void aClientCannotChooseItsSecret() {
        Registered confidential = register("{" + METADATA + "}");
        Secret secret = confidential.secret().orElseThrow();
        Client seen = configuration.find(confidential.client().id(), confidential.token());

        for (String given : List.of("'chosen'", "''", "1", "['" + secret.value() + "']")) {
            assertRefused(
                    Reason.UPDATE_SECRET_WRONG, () -> update(seen, "{" + METADATA + ",'client_secret':" + given + "}"));
        }
        assertRefused(Reason.UPDATE_SECRET_WRONG, () -> update(found(), "{" + PUBLIC + ",'client_secret':'chosen'}"));

        Registered updated = update(seen, "{" + METADATA + ",'client_secret':'" + secret.value() + "'}");
        assertThat(updated.secret()).isEmpty();
        assertThat(updated.client().secretHash()).contains(secret.hash());
    }

    @Test
    void aSecretStaysWhereTheClientOnlySendsItOtherwise() {
        Registered confidential = register("{" + METADATA + "}");
        Grant grant = endpoint.grant(confidential.client().id());

        Registered updated = update(
                configuration.find(confidential.client().id(), confidential.token()),
                "{" + METADATA + ",'token_endpoint_auth_method':'client_secret_post'}");

        assertThat(updated.client().authenticationMethod()).isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        assertThat(updated.client().secretHash())
                .contains(confidential.secret().orElseThrow().hash());
        assertThat(endpoint.grants.find(grant.id())).isPresent();
    }

    /** Else a stolen refresh token, of no use without the secret, would be of use from now on. */
    @Test
    void whoGivesItsSecretUpLosesWhatPeopleGrantedToIt() {
        Registered confidential = register("{" + METADATA + "}");
        Grant grant = endpoint.grant(confidential.client().id());

        Registered updated =
                update(configuration.find(confidential.client().id(), confidential.token()), "{" + PUBLIC + "}");

        assertThat(updated.client().isPublic()).isTrue();
        assertThat(updated.client().secretHash()).isEmpty();
        assertEnded(grant, Cause.CLIENT_UPDATED);
    }

    @Test
    void whoBecomesConfidentialGetsASecretAndBeginsAnew() {
        Grant grant = endpoint.grant(id);

        Registered updated = update(found(), "{" + METADATA + "}");

        assertThat(updated.client().secretHash())
                .contains(updated.secret().orElseThrow().hash());
        assertEnded(grant, Cause.CLIENT_UPDATED);
    }

    @Test
    void aGrantOutlivesAnUpdateOfAnotherKind() {
        Grant grant = endpoint.grant(id);

        update(found(), "{'redirect_uris':['https://app.example/elsewhere'],'token_endpoint_auth_method':'none'}");

        assertThat(endpoint.grants.find(grant.id())).isPresent();
        assertThat(endpoint.audit).isEmpty();
    }

    @Test
    void whatPeopleGrantedEndsWithTheClientHereAtOktaAndInTheAudit() {
        Grant grant = endpoint.grant(id);
        Grant others = endpoint.grant("other");

        configuration.delete(found(), Samples.TRAIL);

        assertThat(endpoint.store.clients.find(id)).isEmpty();
        assertEnded(grant, Cause.CLIENT_DELETED);
        assertThat(endpoint.grants.find(others.id())).isPresent();
        assertRefused(Reason.REGISTRATION_TOKEN_WRONG, () -> configuration.find(id, registered.token()));
    }

    /** Each try would take Okta's time-out. */
    @Test
    void whereOktaIsAwayTheRestIsLeftToBeRevokedLater() {
        Grant one = endpoint.grant(id);
        Grant two = endpoint.grant(id);
        List<String> tries = new ArrayList<>();
        endpoint.okta.duringRevocation(() -> {
            tries.add("try");
            throw Rejection.of(Reason.OKTA_UNAVAILABLE);
        });

        configuration.delete(found(), Samples.TRAIL);

        assertThat(tries).hasSize(1);
        assertThat(endpoint.grants.find(one.id())).isEmpty();
        assertThat(endpoint.grants.find(two.id())).isEmpty();
        assertThat(endpoint.upstream.find(one.id())).isPresent();
        assertThat(endpoint.upstream.find(two.id())).isPresent();
        assertThat(endpoint.audit).hasSize(2);
    }

    private void assertEnded(Grant grant, Cause cause) {
        assertThat(endpoint.grants.find(grant.id())).isEmpty();
        // an update leaves that to the sweep: its answer must not wait for Okta
        assertThat(endpoint.okta.revoked()).hasSize(cause == Cause.CLIENT_UPDATED ? 0 : 1);
        assertThat(endpoint.audit)
                .containsExactly(
                        new GrantRevoked(Samples.TRAIL, Samples.ALICE.id(), grant.clientId(), grant.id(), cause));
    }

    private Client found() {
        return configuration.find(id, registered.token());
    }

    /** @param json with single quotes, to be read more easily */
    private Registered register(String json) {
        return registration.register(json.replace('\'', '"'));
    }

    /** With the {@code client_id} in front. */
    private Registered update(Client client, String json) {
        String whole = "{'client_id':'" + client.id() + "'," + json.substring(1);
        return configuration.update(client, whole.replace('\'', '"'), Samples.TRAIL);
    }
}
