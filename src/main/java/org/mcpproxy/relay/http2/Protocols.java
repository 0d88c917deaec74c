package org.mcpproxy.relay.http2;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.mcpproxy.config.BackendTransport.HttpVersion;

/** Which versions of HTTP are offered to a server. */
final class Protocols extends HttpClientTransportDynamic {

    private static final String HTTP_1_1 = "http/1.1";

    /** Two, so that ALPN is used, and a connection is none before its handshake is through. */
    private static final List<String> ONE = List.of(HTTP_1_1, "http/1.0");

    private Protocols(ClientConnector connector, int mostConnections, ClientConnectionFactory.Info... offered) {
        super(connector, offered);
        setConnectionPoolFactory(server -> new LearningPool(server, mostConnections));
    }

    static Protocols of(HttpVersion version, ClientConnector connector, HTTP2Client http2, int mostConnections) {
        ClientConnectionFactory.Info two = new ClientConnectionFactoryOverHTTP2.HTTP2(http2);
        ClientConnectionFactory.Info one = new HttpClientConnectionFactory.HTTP11(ONE);
        return switch (version) {
            case NEGOTIATED -> new Protocols(connector, mostConnections, two, one);
            case HTTP_1_1 -> new Protocols(connector, mostConnections, one);
            case HTTP_2 -> new Protocols(connector, mostConnections, two);
        };
    }

    /** A server that knows nothing of ALPN speaks HTTP/1.1. */
    @Override
    public Connection newConnection(EndPoint connected, Map<String, Object> context) throws IOException {
        if (connected instanceof SslConnection.SslEndPoint secure) {
            context.putIfAbsent(ClientConnector.APPLICATION_PROTOCOL_CONTEXT_KEY, HTTP_1_1);
            if (secure.getSslConnection() instanceof TlsConnection tls) {
                tls.explainTo(context);
            }
        }
        return super.newConnection(connected, context);
    }
}
