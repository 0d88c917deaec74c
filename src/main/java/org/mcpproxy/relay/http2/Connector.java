package org.mcpproxy.relay.http2;

import java.io.IOException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.mcpproxy.relay.http1.KeepAlive;

/** Opens connections whose silence does not hide that the other end is gone. */
final class Connector extends ClientConnector {

    private final ClientThreads shared;

    Connector(ClientThreads shared, SslContextFactory.Client tls) {
        this.shared = shared;
        setSelectors(1);
        setExecutor(shared.executor());
        setScheduler(shared.clock());
        setByteBufferPool(shared.buffers());
        setSslContextFactory(tls);
    }

    @Override
    protected void configure(SelectableChannel channel) throws IOException {
        super.configure(channel);
        if (channel instanceof NetworkChannel network) {
            KeepAlive.of(network);
        }
    }

    @Override
    public ClientConnectionFactory newSslClientConnectionFactory(
            SslContextFactory.Client tls, ClientConnectionFactory protocols) {
        return TlsConnection.factory(tls == null ? getSslContextFactory() : tls, protocols, shared);
    }
}
