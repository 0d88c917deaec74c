package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.Scopes;

class PayerTest {

    private static final Trail TRAIL = new Trail("request", "203.0.113.9");

    private final Payer payer = new Payer(id -> Optional.of(id)
            .filter(known -> known.startsWith("of-the-file"))
            .map(known -> new PreregisteredClient(confidential(known), Set.of(), Set.of(), Set.of())));

    @Test
    void whoeverTheAdministratorRegisteredPaysForItself() {
        assertThat(payer.of(confidential("of-the-file"), TRAIL)).isEqualTo("of-the-file");
    }

    /** The attack: one address that registers many clients, each of which would pay for itself. */
    @Test
    void whoeverRegisteredItselfPaysWithItsAddressSecretOrNot() {
        assertThat(payer.of(confidential("registered"), TRAIL)).isEqualTo("203.0.113.9");
        assertThat(payer.of(Samples.client("public"), TRAIL)).isEqualTo("203.0.113.9");
    }

    /** Anybody can say that they are it. */
    @Test
    void whoeverProvesNothingPaysWithItsAddress() {
        assertThat(payer.of(Samples.client("of-the-file-and-public"), TRAIL)).isEqualTo("203.0.113.9");
    }

    private static Client confidential(String id) {
        return new Client(
                id,
                Optional.empty(),
                List.of(Samples.REDIRECT_URI),
                ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                Optional.empty(),
                Set.of(GrantType.AUTHORIZATION_CODE),
                Scopes.baseline(),
                Samples.client(id).registeredAt());
    }
}
