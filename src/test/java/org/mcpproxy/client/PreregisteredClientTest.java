package org.mcpproxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.Scopes;

class PreregisteredClientTest {

    /** Anybody could be it. */
    @Test
    void aPublicClientActsForNobodyWhateverItIsRegisteredFor() {
        PreregisteredClient anybody = client(ClientAuthenticationMethod.NONE);

        assertThat(anybody.mayActForItself()).isFalse();
        assertThat(anybody.mayActForItself(Samples.RESOURCE, Scopes.baseline())).isFalse();
        assertThat(anybody.mayActForUsers()).isFalse();
        assertThat(anybody.mayActForUser(Samples.RESOURCE, Scopes.baseline())).isFalse();
        PreregisteredClient known = client(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        assertThat(known.mayActForItself(Samples.RESOURCE, Scopes.baseline())).isTrue();
        assertThat(known.mayActForUser(Samples.RESOURCE, Scopes.baseline())).isTrue();
    }

    private static PreregisteredClient client(ClientAuthenticationMethod method) {
        Client client = new Client(
                "agent",
                Optional.empty(),
                List.of(),
                method,
                Optional.empty(),
                Set.of(GrantType.CLIENT_CREDENTIALS, GrantType.TOKEN_EXCHANGE),
                Scopes.baseline(),
                Samples.client("agent").registeredAt());
        return new PreregisteredClient(client, Set.of(Samples.RESOURCE), Set.of(), Set.of());
    }
}
