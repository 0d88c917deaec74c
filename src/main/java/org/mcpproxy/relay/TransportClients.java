package org.mcpproxy.relay;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Measured;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.relay.http1.Http1Client;
import org.mcpproxy.relay.http2.ClientThreads;
import org.mcpproxy.relay.http2.NegotiatingClient;
import org.mcpproxy.web.BodyBudget;

/**
 * One client for each way in which backends are reached, made at the start: for plain HTTP one without hand-offs
 * (docs/performance.md), for TLS and for HTTP/2 one that agrees on a version.
 */
@Singleton
public class TransportClients implements BackendClients, Measured {

    private final ClientThreads threads;
    private final NodeBackends onNode;
    private final Map<BackendTransport, NegotiatingClient> clients = new HashMap<>();
    private final Http1Client plain;
    private final BodyBudget unread;

    @Inject
    public TransportClients(Settings settings, NodeBackends onNode, Clock clock) {
        this.onNode = onNode;
        plain = new Http1Client(settings.relayLimits());
        Set<BackendTransport> negotiated = negotiated(settings.backends());
        unread = unread(settings.relayLimits().sizes());
        threads = new ClientThreads(negotiated.size(), unread);
        try {
            negotiated.forEach(transport ->
                    clients.put(transport, new NegotiatingClient(settings.relayLimits(), transport, threads, clock)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** As much as request bodies have, beside it. */
    private static BodyBudget unread(RelayLimits.Sizes sizes) {
        return new BodyBudget(sizes.bodies(), sizes.bodiesOfUser());
    }

    /** The standard one leads to other nodes, too. */
    private static Set<BackendTransport> negotiated(Backends backends) {
        Stream<BackendTransport> ofBackends = backends.paths().stream()
                .map(path -> backends.at(path).orElseThrow())
                .filter(backend -> backend.transport().command().isEmpty() && !isPlain(backend))
                .map(Backend::transport);
        return Stream.concat(ofBackends, Stream.of(BackendTransport.STANDARD)).collect(Collectors.toSet());
    }

    private static boolean isPlain(Backend backend) {
        return backend.url().getScheme().equalsIgnoreCase("http")
                && backend.transport().version() != BackendTransport.HttpVersion.HTTP_2;
    }

    @Override
    public void describe(Meters meters) {
        meters.gauge(
                "unread_http_answer_bytes",
                "What has come of answers over HTTP/2 and TLS and nobody has read.",
                unread::held);
        meters.gauge(
                "unread_http_answer_limit_bytes",
                "Memory that it may hold; where there is no more, an answer breaks off.",
                unread::most);
    }

    @Override
    public BackendClient of(Backend backend, String holder) {
        return isPlain(backend) ? plain : clients.get(backend.transport()).of(holder);
    }

    @Override
    public BackendClient of(Backend backend, Caller caller, Era era, CallerCredential credential) {
        return backend.isOnNode() ? onNode.of(backend, caller, era, this, credential) : of(backend, caller.holder());
    }

    /**
     * For another node of this server.
     *
     * @param holder whose requests it will send
     */
    BackendClient ofNode(URI url, String holder) {
        return url.getScheme().equals("http")
                ? plain
                : clients.get(BackendTransport.STANDARD).of(holder);
    }

    @PreDestroy
    void close() {
        clients.values().forEach(NegotiatingClient::close);
        threads.close();
        plain.close();
    }
}
