package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Installation;

/** MCP's own conformance suite for authorization servers: every check passes, none with a warning. */
class ConformantIssuerClientIT {

    private final Installation installation = Installation.shared();

    @Test
    void everyCheckOfTheAuthorizationSuitePasses() {
        Trip trip = Trip.of(
                "conformance-authorization.mjs",
                installation.at("").toString(),
                installation.proxy().mcp().toString());

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps())
                .as(trip.output())
                .containsExactly(
                        "authorization-code-grant authorization-code-grant SUCCESS",
                        "authorization-server-metadata-endpoint authorization-server-metadata SUCCESS",
                        "authorization-server-metadata-endpoint authorization-server-metadata-cimd SUCCESS");
    }
}
