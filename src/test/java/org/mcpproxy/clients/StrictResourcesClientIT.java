package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.PlainMcpServer;
import org.mcpproxy.system.ProxySystem;

/** Libraries that take nothing that the specifications do not allow, whose user is at two MCP servers. */
class StrictResourcesClientIT {

    private static PlainMcpServer files;
    private static PlainMcpServer jira;
    private static Installation installation;

    @BeforeAll
    static void start() {
        files = PlainMcpServer.start("files");
        jira = PlainMcpServer.start("jira");
        installation = Installation.start(ProxySystem.plan()
                .with("MCP_BACKENDS", "files,jira")
                .with("MCP_BACKENDS_FILES_URL", files.url())
                .with("MCP_BACKENDS_JIRA_URL", jira.url()));
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
        files.close();
        jira.close();
    }

    /** The second pushes its request (RFC 9126). */
    @ParameterizedTest
    @ValueSource(strings = {"oauth4webapi", "openid-client"})
    void oneSignOnIsForTwoServers(String library) {
        Trip trip = Trip.of(
                "several-resources.mjs",
                library,
                installation.at("").toString(),
                installation.at("/files/mcp").toString(),
                installation.at("/jira/mcp").toString());

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).containsExactly("sign-on", "refusal", "one server", "both servers", "refresh");
    }
}
