package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.clients.McpBackend.Kind.EVERYTHING;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mcpproxy.system.Installation;

/** A person in headless Chromium. What they saw is in {@code target/screenshots}. */
@ExtendWith(Installations.class)
class ChromiumClientIT {

    @Test
    void aPersonAllowsDeniesAndLogsOut(@Behind(EVERYTHING) Installation installation) {
        Path screenshots = Path.of(System.getProperty("basedir", ""), "target", "screenshots")
                .toAbsolutePath();
        Trip trip = Trip.of("chromium.mjs", installation.at("/mcp").toString(), screenshots.toString());
        assertThat(trip.exitCode()).as(trip.output()).isZero();
        assertThat(trip.steps())
                .containsExactly(
                        "landing page",
                        "consent page",
                        "sign-in page",
                        "allow",
                        "logout",
                        "logout here only",
                        "deny",
                        "error pages",
                        "allow to a private scheme",
                        "deny to a private scheme",
                        "allow a device",
                        "deny a device");
        assertThat(screenshots.resolve("consent.png")).isNotEmptyFile();
    }
}
