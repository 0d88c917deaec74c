package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Installation;

/** Libraries that take nothing that the specifications do not allow, to which we are the OpenID provider. */
class StrictRelyingPartiesClientIT {

    private final Installation installation = Installation.shared();

    @ParameterizedTest
    @ValueSource(strings = {"oauth4webapi", "openid-client"})
    void aRelyingPartyLearnsWhoSignedOn(String library) {
        Trip trip = Trip.of(
                "openid-provider.mjs",
                library,
                installation.at("").toString(),
                OktaUser.ALICE.id(),
                OktaUser.ALICE.name(),
                OktaUser.ALICE.email());

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).containsExactly("metadata", "id token", "user info", "refresh", "replay", "refusal");
    }
}
