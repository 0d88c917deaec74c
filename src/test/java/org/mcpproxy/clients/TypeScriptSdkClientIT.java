package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.clients.McpBackend.Kind.EVERYTHING;
import static org.mcpproxy.clients.McpBackend.Kind.MODERN;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mcpproxy.system.Installation;

/** Both generations of the TypeScript SDK, with their own OAuth support. */
@ExtendWith(Installations.class)
class TypeScriptSdkClientIT {

    private static final List<String> WHOLE_TRIP = List.of(
            "challenge",
            "resource metadata",
            "server metadata",
            "registration",
            "sign-on",
            "token",
            "initialize",
            "tools/list",
            "tools/call",
            "progress",
            "refresh",
            "revoke");

    @Test
    void sdk1SpeaksTheOlderRevisionToServerEverything(@Behind(EVERYTHING) Installation installation) {
        makesTheWholeTrip(Trip.of("sdk-1.mjs", installation.at("/mcp").toString()));
    }

    @Test
    void sdk2PinnedToTheNewRevisionReachesAModernServer(@Behind(MODERN) Installation installation) {
        makesTheWholeTrip(Trip.of("sdk-2.mjs", installation.at("/mcp").toString(), "2026-07-28", "2026-07-28"));
    }

    @Test
    void sdk2FindsTheNewRevisionByItself(@Behind(MODERN) Installation installation) {
        makesTheWholeTrip(Trip.of("sdk-2.mjs", installation.at("/mcp").toString(), "auto", "2026-07-28"));
    }

    @Test
    void sdk2FallsBackToTheOlderRevisionByItself(@Behind(EVERYTHING) Installation installation) {
        makesTheWholeTrip(Trip.of("sdk-2.mjs", installation.at("/mcp").toString(), "auto", "2025-11-25"));
    }

    static void makesTheWholeTrip(Trip trip) {
        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).isEqualTo(WHOLE_TRIP);
    }
}
