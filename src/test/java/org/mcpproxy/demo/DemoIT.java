package org.mcpproxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Waiting;

/** What a newcomer sees of {@code ./mvnw -Pdemo} once all is built. */
class DemoIT {

    private static final Duration START = Duration.ofMinutes(4);
    private static final int STOP_SECONDS = 60;

    @TempDir
    Path folder;

    private Process demo;

    @AfterEach
    void stop() {
        demo.descendants().forEach(ProcessHandle::destroyForcibly);
        demo.destroyForcibly();
    }

    @Test
    void itSaysWhereToConnectAndWhoCanSignInAndStopsWithAllOfIt() throws Exception {
        Path output = folder.resolve("output.txt");
        int port = freePort();
        demo = launch(port, output);

        Waiting.until("the demo", START, () -> text(output).contains("Ctrl-C stops all of it."));

        String banner = text(output);
        String mcp = "http://localhost:" + port + "/mcp";
        assertThat(banner)
                .contains(mcp, "alice / alice", "bob / bob", "npx @modelcontextprotocol/inspector", "Streamable HTTP");
        for (String url : List.of(mcp, named("Demo server", banner))) {
            assertThat(OAuthClient.send(HttpRequest.newBuilder(URI.create(url))).status())
                    .as(url)
                    .isGreaterThanOrEqualTo(400);
        }
        List<ProcessHandle> all = demo.descendants().toList();
        assertThat(all).isNotEmpty();

        demo.destroy();

        assertThat(demo.waitFor(STOP_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(all).noneMatch(ProcessHandle::isAlive);
    }

    private static Process launch(int port, Path output) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dproxy.port=" + port,
                        Demo.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String named(String part, String banner) {
        Matcher line = Pattern.compile(part + "\\s+(\\S+)").matcher(banner);
        assertThat(line.find()).as(part).isTrue();
        return line.group(1);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
