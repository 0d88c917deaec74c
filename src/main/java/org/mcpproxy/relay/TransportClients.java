package org.mcpproxy.relay;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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
    private final RelayLimits node;
    private final Map<Way, NegotiatingClient> clients = new HashMap<>();
    private final Http1Client plain;
    private final BodyBudget unread;

    @Inject
    public TransportClients(Settings settings, NodeBackends onNode, Clock clock) {
        this.onNode = onNode;
        node = settings.relayLimits();
        plain = new Http1Client();
        Map<Way, RelayLimits> negotiated = negotiated(settings.backends());
        unread = unread(node.sizes());
        threads = new ClientThreads(negotiated.size(), unread);
        try {
            negotiated.forEach((way, limits) -> clients.put(
                    way, new NegotiatingClient(limits.with(node.counts()), way.transport(), threads, clock)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** As much as request bodies have, beside it. */
    private static BodyBudget unread(RelayLimits.Sizes sizes) {
        return new BodyBudget(sizes.bodies(), sizes.bodiesOfUser());
    }

    /** Whatever a client is made for; those that are alike share one. */
    private record Way(BackendTransport transport, Duration connect, int headers) {

        static Way of(BackendTransport transport, RelayLimits limits) {
            return new Way(transport, limits.times().connect(), limits.sizes().headers());
        }

        static Way of(Backend backend) {
            return of(backend.transport(), backend.limits());
        }
    }

    private Way betweenNodes() {
        return Way.of(BackendTransport.STANDARD, node);
    }

    private Map<Way, RelayLimits> negotiated(Backends backends) {
        Map<Way, RelayLimits> ways = new HashMap<>(Map.of(betweenNodes(), node));
        backends.all().stream()
                .filter(backend -> backend.transport().command().isEmpty() && !isPlain(backend))
                .forEach(backend -> ways.put(Way.of(backend), backend.limits()));
        return ways;
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
        return isPlain(backend)
                ? plain.connectingWithin(backend.limits().times().connect())
                : clients.get(Way.of(backend)).of(holder);
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
                ? plain.connectingWithin(node.times().connect())
                : clients.get(betweenNodes()).of(holder);
    }

    @PreDestroy
    void close() {
        clients.values().forEach(NegotiatingClient::close);
        threads.close();
        plain.close();
    }
}
