package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.BackendTls;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.TrustedAuthorities;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.system.Waiting;

/** Which client speaks to which backend; and none of them leaves threads behind where the server ends, or does not start. */
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

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void eachBackendHasItsOwnTimeToAcceptAConnection(String scheme) throws Exception {
        try (SilentListener silent = new SilentListener(InetAddress.getLoopbackAddress(), 0)) {
            URI url = URI.create(scheme + "://127.0.0.1:" + silent.port() + "/mcp");
            Backend brief = connecting("brief", url, Duration.ofMillis(200));
            Backend patient = connecting("patient", url, Duration.ofMinutes(2));
            Settings settings = Samples.settings(Backends.of(Optional.of(patient), List.of(brief)));
            TransportClients clients = new TransportClients(settings, null, new SettableClock());
            try {
                CompletableFuture<BackendClient.Answer> late = answer(clients, patient);

                assertThatThrownBy(() -> answer(clients, brief).get(SOON.toSeconds(), TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOfSatisfying(
                                Rejection.class, why -> assertThat(why.reason()).isEqualTo(Reason.BACKEND_TIMEOUT));
                assertThat(late).isNotDone();
            } finally {
                clients.close();
            }
        }
    }

    private static CompletableFuture<BackendClient.Answer> answer(TransportClients clients, Backend backend) {
        return clients.of(backend, "ada")
                .send("GET", backend.url(), List.of(), new byte[0])
                .answer()
                .toCompletableFuture();
    }

    private static Backend connecting(String name, URI url, Duration time) {
        RelayLimits usual = RelayLimits.standard().ofOneBackend();
        RelayLimits.Times times = usual.times();
        RelayLimits.Times own = new RelayLimits.Times(
                times.body(), time, times.firstByte(), times.heartbeat(), times.idle(), times.answer());
        return new Backend(
                name,
                url,
                new BackendCredential.None(),
                Set.of(),
                BackendTransport.STANDARD,
                new RelayLimits(usual.sizes(), usual.counts(), own));
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("relay-"))
                .count();
    }
}
