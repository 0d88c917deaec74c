package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Installation;

/** Libraries that take nothing that the specifications do not allow, in a terminal without a browser. */
class StrictDevicesClientIT {

    private final Installation installation = Installation.shared();

    @ParameterizedTest
    @ValueSource(strings = {"openid-client-device.mjs", "oauth4webapi-device.mjs"})
    void aTerminalIsAllowedAndDenied(String script) {
        Trip trip = Trip.of(
                script,
                installation.at("").toString(),
                installation.proxy().mcp().toString());

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).containsExactly("metadata", "codes", "allow", "deny");
    }
}
