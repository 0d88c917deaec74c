package org.mcpproxy.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.upstream.SignOn;

class GrantingTest {

    private final TokenEndpoint endpoint = new TokenEndpoint();

    /** At an issuer whose users choose their ids, one could call himself as a service is called. */
    @Test
    void nobodySignsOnWhoseIdIsThatOfAClient() {
        SignOn alice = endpoint.okta.redeem("code", null, null, null);

        assertRefused(
                Reason.USER_IS_CLIENT,
                () -> granting(alice.user().id()).open(alice, "client", Scopes.offered(), Samples.RESOURCES));
        assertThat(endpoint.okta.revoked()).isNotEmpty();
        assertThat(granting("reports")
                        .open(alice, "client", Scopes.offered(), Samples.RESOURCES)
                        .user())
                .isEqualTo(alice.user());
    }

    /** Else nobody would ever revoke them. */
    @Test
    void whatEndedBeforeOktasTokensWereKeptIsRevokedThere() {
        SignOn alice = endpoint.okta.redeem("code", null, null, null);
        Grants goneAtOnce = (Grants) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Grants.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(endpoint.grants, arguments);
                    if (method.getName().equals("open")) {
                        endpoint.grants.end(((Grant) arguments[0]).id());
                    }
                    return answer;
                });

        assertRefused(
                Reason.SIGN_ON_UNKNOWN,
                () -> granting("reports", goneAtOnce).open(alice, "client", Scopes.offered(), Samples.RESOURCES));

        assertThat(endpoint.okta.revoked()).isNotEmpty();
    }

    private Granting granting(String service) {
        return granting(service, endpoint.grants);
    }

    private Granting granting(String service, Grants grants) {
        Client client = new Client(
                service,
                Optional.empty(),
                List.of(),
                ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                Optional.empty(),
                Set.of(),
                Scopes.baseline(),
                Instant.EPOCH);
        return new Granting(
                grants,
                endpoint.store.asserted,
                endpoint.codes,
                endpoint.session,
                id -> Optional.of(new PreregisteredClient(client, Set.of(), Set.of(), Set.of()))
                        .filter(known -> known.client().id().equals(id)),
                endpoint.settings,
                Samples.RANDOM,
                endpoint.clock);
    }
}
