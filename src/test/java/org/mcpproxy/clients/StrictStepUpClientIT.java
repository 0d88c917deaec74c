package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.PlainMcpServer;
import org.mcpproxy.system.ProxySystem;

/** Libraries that take nothing that the specifications do not allow, at a tool that wants another sign-on (RFC 9470). */
class StrictStepUpClientIT {

    private static final String POLICY = """
            mcp.tools.default=allow
            mcp.tools.pay.acr_values=phr phrh
            mcp.tools.pay.max_age=300
            """;

    @TempDir
    private static Path folder;

    private static PlainMcpServer backend;
    private static Installation installation;

    @BeforeAll
    static void start() throws IOException {
        backend = PlainMcpServer.start("plain");
        Path policy = Files.writeString(folder.resolve("policy.properties"), POLICY);
        installation = Installation.start(
                ProxySystem.plan().with("MCP_BACKEND", backend.url()).with("POLICY_FILE", policy));
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
        backend.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"oauth4webapi", "openid-client"})
    void whatTheChallengeAsksForIsASignOnWithWhichTheCallPasses(String library) {
        Trip trip = Trip.of(
                "step-up.mjs",
                library,
                installation.at("").toString(),
                installation.at("/mcp").toString(),
                "pay");

        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps()).containsExactly("sign-on", "challenge", "step-up", "call", "refusal");
    }
}
