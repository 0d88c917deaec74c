package org.mcpproxy.relay;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.Settings;
import org.mcpproxy.relay.http1.Http1Client;

/**
 * One client for each way in which backends are reached, made at the start: for plain HTTP one without hand-offs
 * (docs/performance.md), for TLS the JDK's.
 */
@Singleton
public class TransportClients implements BackendClients {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final ExecutorService threads;
    private final NodeBackends onNode;
    private final Map<BackendTransport, BackendClient> clients = new HashMap<>();
    private final Http1Client plain;

    @Inject
    public TransportClients(Settings settings, NodeBackends onNode, Clock clock) {
        this.onNode = onNode;
        plain = new Http1Client(settings.relayLimits());
        threads = Executors.newFixedThreadPool(
                Math.max(4, 2 * Runtime.getRuntime().availableProcessors()), TransportClients::thread);
        Stream<BackendTransport> ofBackends = settings.backends().paths().stream()
                .map(path -> settings.backends().at(path).orElseThrow())
                .filter(backend -> backend.transport().command().isEmpty())
                .map(Backend::transport);
        Stream.concat(ofBackends, Stream.of(BackendTransport.STANDARD))
                .forEach(transport -> clients.computeIfAbsent(
                        transport, way -> new JdkBackendClient(settings.relayLimits(), way, threads, clock)));
    }

    @Override
    public BackendClient of(Backend backend) {
        return backend.url().getScheme().equalsIgnoreCase("http") ? plain : clients.get(backend.transport());
    }

    @Override
    public BackendClient of(Backend backend, Caller caller, Era era, CallerCredential credential) {
        return backend.isOnNode() ? onNode.of(backend, caller, era, this, credential) : of(backend);
    }

    /** For another node of this server. */
    BackendClient ofNode(URI url) {
        return url.getScheme().equals("http") ? plain : clients.get(BackendTransport.STANDARD);
    }

    @PreDestroy
    void close() {
        threads.shutdownNow();
        plain.close();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "relay-backend-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
