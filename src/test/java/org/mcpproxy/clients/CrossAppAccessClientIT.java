package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.mcpproxy.clients.Installations.Running;
import org.mcpproxy.clients.McpBackend.Kind;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.Preregistered;

/** MCP's own client for Enterprise-Managed Authorization, which asks Okta by itself. */
class CrossAppAccessClientIT {

    @Test
    void theSdkGetsOktasWordForEachTokenAndCalls() {
        try (Running running = Running.start(Kind.MODERN, Installation.generous())) {
            OktaTenant okta = running.installation().okta();
            okta.connect(running.installation().at(""), Preregistered.ASSERTING);

            Trip trip = Trip.of(
                    "cross-app-access.mjs",
                    running.installation().proxy().mcp().toString(),
                    running.installation().at("").toString(),
                    Preregistered.ASSERTING,
                    Preregistered.SECRET,
                    okta.organization().toString(),
                    okta.agentClientId(),
                    okta.clientSecret(),
                    okta.agentTokens(OktaUser.ALICE, "openid", "email").idToken());

            assertThat(trip.exitCode()).as(trip.output()).isZero();
            assertThat(trip.steps()).isEqualTo(List.of("token", "call", "the next token"));
        }
    }
}
