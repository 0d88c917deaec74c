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

    /** The SDK sends it as it is, though RFC 6749 2.3.1 wants it form-encoded: so it has only letters and digits. */
    private static final String SECRET = "0123456789abcdef".repeat(4);

    private static final String CLIENTS = """
            [{"client_id": "sdk-agent", "client_secret": "%s", "resources": ["/mcp"],
              "grant_types": ["urn:ietf:params:oauth:grant-type:jwt-bearer"]}]
            """.formatted(SECRET);

    @Test
    void theSdkGetsOktasWordForEachTokenAndCalls() {
        try (Running running =
                Running.start(Kind.MODERN, Installation.generous().with("CLIENTS_FILE", Preregistered.file(CLIENTS)))) {
            OktaTenant okta = running.installation().okta();
            okta.connect(running.installation().at(""), "sdk-agent");

            Trip trip = Trip.of(
                    "cross-app-access.mjs",
                    running.installation().proxy().mcp().toString(),
                    running.installation().at("").toString(),
                    "sdk-agent",
                    SECRET,
                    okta.organization().toString(),
                    okta.agentClientId(),
                    okta.clientSecret(),
                    okta.agentTokens(OktaUser.ALICE, "openid", "email").idToken());

            assertThat(trip.exitCode()).as(trip.output()).isZero();
            assertThat(trip.steps()).isEqualTo(List.of("token", "call", "the next token"));
        }
    }
}
