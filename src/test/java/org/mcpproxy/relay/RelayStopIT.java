package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("alone")
class RelayStopIT {

    private static final Duration QUICK = Duration.ofSeconds(10);

    /** Left alone, the server waits 30 seconds for a stream to end by itself. */
    @Test
    void anOpenStreamDoesNotHoldUpTheEndOfTheServer() throws IOException {
        try (RelaySystem system = RelaySystem.start();
                RawClient client = system.caller("alice", "inspector").get()) {
            RawBackend.Request request = system.backend().next().openEvents();
            assertThat(client.status()).isEqualTo(200);
            // a server that has not started altogether does not wait for anything
            system.proxy().awaitConsole("started", console -> console.contains("CWWKF0011I"));
            long begun = System.nanoTime();
            system.proxy().stop();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(QUICK);
            assertThat(request.isGivenUpWithin(1000)).isTrue();
            assertThat(system.proxy().console().lines().filter(line -> line.startsWith("\tat ")))
                    .isEmpty();
        }
    }
}
