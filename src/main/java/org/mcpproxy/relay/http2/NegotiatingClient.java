package org.mcpproxy.relay.http2;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;
import org.mcpproxy.relay.RequestFields;

/**
 * Speaks HTTP/2 or HTTP/1.1, as the server and the transport's setting agree, over TLS and without it. No thread waits for
 * an answer. Nothing is done but what the request says: no redirect is followed, no cookie kept, no password tried, no
 * header added that does not frame the message, no proxy asked.
 */
public final class NegotiatingClient implements AutoCloseable {

    private static final Logger LOG = System.getLogger(NegotiatingClient.class.getName());

    /** In bytes, beside what a client may send: what we say of a caller. */
    private static final int OUR_HEADERS = 32 * 1024;

    /**
     * Less than servers wait before they close an idle connection: over HTTP/1.1 a request that crosses with the end of its
     * connection is lost. Also how long a handshake may be silent.
     */
    private static final long IDLE_MILLIS = 4_000;

    /** HTTP/2 says which requests crossed with the end, so that connections may be kept for longer. */
    private static final long IDLE_MILLIS_HTTP2 = 60_000;

    private final Tls tls;
    private final HttpClient http;
    private final ClientThreads shared;
    private final Lanes lanes = new Lanes(Lanes.MOST);
    private final long connectMillis;

    /** @throws IllegalStateException where the files for TLS are not good */
    public NegotiatingClient(RelayLimits limits, BackendTransport transport, ClientThreads shared, Clock clock) {
        this.tls = new Tls(transport.tls(), clock);
        this.shared = shared;
        this.connectMillis = limits.times().connect().toMillis();
        int most = limits.counts().atOnce();
        Connector connector = new Connector(shared, tls.contexts());
        HTTP2Client http2 = http2(connector, clock);
        this.http = new HttpClient(Protocols.of(transport.version(), connector, http2, most));
        bound(limits, most);
        start();
        http2.setMaxResponseHeadersSize(HeaderLimit.READ_OF_ANSWER);
    }

    private static HTTP2Client http2(Connector connector, Clock clock) {
        HTTP2Client http2 = new HTTP2Client(connector);
        http2.setInitialStreamRecvWindow(StreamWindows.OF_STREAM);
        http2.setInitialSessionRecvWindow(StreamWindows.OF_CONNECTION);
        http2.setFlowControlStrategyFactory(() -> new StreamWindows(IDLE_MILLIS_HTTP2, clock));
        http2.setMaxConcurrentPushedStreams(0);
        return http2;
    }

    private void bound(RelayLimits limits, int most) {
        http.setName("relay-tls");
        http.setConnectTimeout(connectMillis);
        http.setSocketAddressResolver(new SocketAddressResolver.Async(shared.names(), shared.clock(), connectMillis));
        http.setIdleTimeout(IDLE_MILLIS);
        http.setDestinationIdleTimeout(IDLE_MILLIS_HTTP2);
        http.setMaxConnectionsPerDestination(most);
        http.setMaxRequestsQueuedPerDestination(most);
        http.setMaxRequestHeadersSize(limits.sizes().headers() + OUR_HEADERS);
        http.setMaxResponseHeadersSize(HeaderLimit.OF_ANSWER);
    }

    private void start() {
        http.setFollowRedirects(false);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setUserAgentField(null);
        http.setHttpCompliance(HttpCompliance.STRICT);
        http.setDefaultRequestContentType(null);
        try {
            http.start();
        } catch (Exception e) {
            close();
            throw new IllegalStateException("The client for backends cannot be started", e);
        }
        // Those that begin by themselves: to sign in, to decompress.
        http.getProtocolHandlers().clear();
        http.getProtocolHandlers().put(new InterimAnswers());
        http.getContentDecoderFactories().clear();
    }

    /** For the requests of one user, or of a service, whose cancellations are to break nobody else's. */
    public BackendClient of(String holder) {
        return (method, url, headers, body) -> send(holder, method, url, headers, body);
    }

    private BackendClient.Call send(String holder, String method, URI url, List<Header> headers, byte[] body) {
        RequestFields.sendable(headers);
        Object edition = tls.edition();
        Lanes.Stay stay = lanes.enter(holder);
        Way way = new Way(edition, stay.lane());
        NegotiatedCall call = new NegotiatedCall(
                this, stay, shared.unread().share(holder), () -> request(way, method, url, headers, body));
        call.send();
        return call;
    }

    /** Connections are shared only by what goes the same way. */
    private record Way(Object edition, int lane) {}

    private Request request(Way way, String method, URI url, List<Header> headers, byte[] body) {
        try {
            Request request = http.newRequest(url)
                    .method(method)
                    .tag(way)
                    .idleTimeout(0, TimeUnit.MILLISECONDS)
                    .headers(fields -> {
                        fields.clear();
                        headers.forEach(header -> fields.add(header.name(), header.value()));
                    });
            return body.length == 0 ? request : request.body(new SentBody(body));
        } catch (IllegalArgumentException e) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
    }

    ClientThreads shared() {
        return shared;
    }

    long connectMillis() {
        return connectMillis;
    }

    @Override
    public void close() {
        try {
            http.stop();
        } catch (Exception e) {
            LOG.log(
                    Level.WARNING,
                    "A client for backends did not end: {0}",
                    e.getClass().getSimpleName());
        }
    }
}
