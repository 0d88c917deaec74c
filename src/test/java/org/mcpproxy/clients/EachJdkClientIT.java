package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.clients.McpBackend.Kind.EVERYTHING;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mcpproxy.clients.Installations.Running;
import org.mcpproxy.system.ProxySystem;

/** The whole trip with the proxy on JDK 17, and on the newest JDK of this machine. */
class EachJdkClientIT {

    static Stream<Arguments> jdks() {
        return InstalledJdks.oldestAndNewest().entrySet().stream()
                .map(jdk -> Arguments.of(jdk.getKey(), jdk.getValue()));
    }

    @ParameterizedTest(name = "JDK {0}")
    @MethodSource("jdks")
    void aClientMakesTheWholeTripWithTheProxyOnJdk(int version, Path home) {
        var plan = ProxySystem.plan().named("jdk-" + version).onJava(home);
        try (Running running = Running.start(EVERYTHING, plan)) {
            assertThat(running.installation().proxy().console())
                    .as("the server says which Java it runs on")
                    .containsPattern("Launching .* VM, version " + version + "\\b");
            TypeScriptSdkClientIT.makesTheWholeTrip(
                    Trip.of("sdk-1.mjs", running.installation().at("/mcp").toString()));
        }
    }
}
