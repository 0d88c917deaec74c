package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.clients.McpBackend.Kind.EVERYTHING;
import static org.mcpproxy.clients.McpBackend.Kind.MODERN;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mcpproxy.system.Installation;

/** The mcp-remote program, with which hosts that know only stdio reach servers like this one. */
@ExtendWith(Installations.class)
class McpRemoteClientIT {

    @Test
    void bridgesAStdioHostToServerEverything(@Behind(EVERYTHING) Installation installation) {
        makesItsTrip(Trip.of("mcp-remote.mjs", installation.at("/mcp").toString(), "legacy"));
    }

    @Test
    void bridgesAnOlderHostToAModernServer(@Behind(MODERN) Installation installation) {
        makesItsTrip(Trip.of("mcp-remote.mjs", installation.at("/mcp").toString(), "auto"));
    }

    private static void makesItsTrip(Trip trip) {
        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps())
                .containsExactly(
                        "sign-on",
                        "registration",
                        "token",
                        "initialize",
                        "tools/list",
                        "tools/call",
                        "progress",
                        "refresh",
                        "revoke");
    }
}
