package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.clients.McpBackend.Kind.EVERYTHING;
import static org.mcpproxy.clients.McpBackend.Kind.MODERN;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mcpproxy.system.Installation;

/** MCP Inspector in its CLI, with its own sign-on. */
@ExtendWith(Installations.class)
class InspectorClientIT {

    @Test
    void inspectsServerEverything(@Behind(EVERYTHING) Installation installation) {
        makesItsTrip(Trip.of("inspector.mjs", installation.at("/mcp").toString(), "legacy"));
    }

    @Test
    void findsOutByItselfThatServerEverythingIsOlder(@Behind(EVERYTHING) Installation installation) {
        makesItsTrip(Trip.of("inspector.mjs", installation.at("/mcp").toString(), "auto"));
    }

    @Test
    void inspectsAModernServer(@Behind(MODERN) Installation installation) {
        makesItsTrip(Trip.of("inspector.mjs", installation.at("/mcp").toString(), "modern"));
    }

    private static void makesItsTrip(Trip trip) {
        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps())
                .containsExactly(
                        "sign-on", "token", "tools/list", "tools/call", "long tools/call", "refresh", "revoke");
    }
}
