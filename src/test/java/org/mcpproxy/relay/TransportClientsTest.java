package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.BackendTls;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.TrustedAuthorities;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.system.Waiting;

/** A server that is deployed again, or whose start fails, leaves no threads of its clients behind. */
class TransportClientsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Test
    void nothingIsLeftOnceTheyAreClosed() {
        long before = threads();
        TransportClients clients = new TransportClients(Samples.settings(), null, new SettableClock());
        assertThat(threads()).isGreaterThan(before);

        clients.close();
        Waiting.until("nothing is left", SOON, () -> threads() <= before);
    }

    @Test
    void nothingIsLeftWhereOneCannotBeMade() {
        long before = threads();
        BackendTls gone = new BackendTls(
                Optional.of(new TrustedAuthorities(folder.resolve("gone.pem"), Optional.empty())), Optional.empty());
        Settings settings = Samples.settings(Backends.of(new Backend(
                Backend.UNNAMED,
                URI.create("https://backend.internal/mcp"),
                new BackendCredential.None(),
                Set.of(),
                new BackendTransport(Optional.of(gone)))));

        assertThatThrownBy(() -> new TransportClients(settings, null, new SettableClock()))
                .isInstanceOf(IllegalStateException.class);
        Waiting.until("nothing is left", SOON, () -> threads() <= before);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("relay-"))
                .count();
    }
}
