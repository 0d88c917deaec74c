package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Waiting;

/** Bodies that come slowly, against a small heap. */
@Tag("alone")
class BodyMemoryIT {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}";
    private static final Duration RELEASE = Duration.ofSeconds(30);
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final int LONG_MESSAGE = 4 * 1024 * 1024 - 1;
    private static final int LONG_FORM = 60 * 1024;

    private static RelaySystem system;

    @BeforeAll
    static void start() throws IOException {
        system = RelaySystem.start(
                "JVM_ARGS", "-Xmx256m -XX:TieredStopAtLevel=1", "FAILED_AUTHENTICATIONS_PER_MINUTE", "1000000");
    }

    @AfterAll
    static void stop() throws IOException {
        if (system != null) {
            system.close();
        }
    }

    @Test
    void messagesThatAreHeldBackDoNotFillTheHeapNorShutOthersOut() {
        RelaySystem.Caller alice = system.caller("alice", "inspector");
        RawClient[] slow = IntStream.range(0, 80)
                .mapToObj(i -> alice.unfinished(LONG_MESSAGE))
                .toArray(RawClient[]::new);

        assertFull(slow[slow.length - 1]);
        try (RawClient bob = system.caller("bob", "inspector").post(PING)) {
            system.backend().next().answer("200 OK\r\nContent-Type: application/json", "{}");
            assertThat(bob.status()).isEqualTo(200);
        }

        endAll(slow, "/mcp");
        String large = "\"" + "x".repeat(LONG_MESSAGE / 2) + "\"";
        Waiting.until("what was held is free again", RELEASE, () -> {
            try (RawClient client = alice.post(large)) {
                return client.status() == 400;
            }
        });
        for (int i = 0; i < 20; i++) {
            try (RawClient client = alice.post(large)) {
                assertThat(client.status())
                        .as("all that was held is free again")
                        .isEqualTo(400);
            }
        }
    }

    @Test
    void formsThatAreHeldBackDoNotFillTheHeap() {
        String path = "/oauth2/v1/revoke";
        RawClient[] slow = IntStream.range(0, 120)
                .mapToObj(i -> RawClient.sendUnfinished(system.port(), path, LONG_FORM, FORM))
                .toArray(RawClient[]::new);

        assertFull(slow[slow.length - 1]);
        try (RawClient other = RawClient.sendFrom("127.0.0.2", system.port(), "POST", path, "token=x", FORM)) {
            assertThat(other.status())
                    .as("another address has room, and names no client")
                    .isEqualTo(400);
        }

        endAll(slow, path);
        String large = "token=" + "x".repeat(LONG_FORM);
        Waiting.until("what was held is free again", RELEASE, () -> {
            try (RawClient client = RawClient.send(system.port(), "POST", path, large, FORM)) {
                return client.status() == 400;
            }
        });
        for (int i = 0; i < 200; i++) {
            try (RawClient client = RawClient.send(system.port(), "POST", path, large, FORM)) {
                assertThat(client.status())
                        .as("all that was held is free again")
                        .isEqualTo(400);
            }
        }
    }

    private static void assertFull(RawClient client) {
        assertThat(client.status()).isEqualTo(503);
        assertThat(client.head()).contains("Retry-After: ");
    }

    /** Breaks all off, and waits until the server knows. */
    private static void endAll(RawClient[] clients, String path) {
        for (RawClient client : clients) {
            client.close();
        }
        String refusal = "\"endpoint\":\"" + path + "\"";
        system.proxy()
                .awaitConsole(
                        "the end of all",
                        console -> console.lines()
                                        .filter(line -> line.contains(refusal))
                                        .count()
                                >= clients.length);
    }
}
