package org.mcpproxy.relay.http2;

import java.nio.ByteBuffer;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslClientConnectionFactory;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Remembers what was wrong with TLS. In TLS 1.3 the server says only after the handshake that it does not take our
 * certificate, and HTTP/2 would then tell of nothing but a connection that was closed.
 */
final class TlsConnection extends SslConnection {

    private volatile SSLException failure;

    private TlsConnection(SslContextFactory.Client tls, ClientThreads shared, EndPoint below, SSLEngine engine) {
        super(shared.buffers(), shared.executor(), tls, below, engine, true, true);
    }

    /** Whoever cuts a connection could else pass off the beginning of an answer as the whole (RFC 9112 9.8). */
    static ClientConnectionFactory factory(
            SslContextFactory.Client tls, ClientConnectionFactory protocols, ClientThreads shared) {
        SslClientConnectionFactory made =
                new SslClientConnectionFactory(tls, shared.buffers(), shared.executor(), protocols) {
                    @Override
                    protected SslConnection newSslConnection(EndPoint below, SSLEngine engine) {
                        return new TlsConnection(tls, shared, below, engine);
                    }
                };
        made.setRequireCloseMessage(true);
        return made;
    }

    /** Whoever waits for the connection is told what was wrong with TLS, if anything. */
    void explainTo(Map<String, Object> context) {
        @SuppressWarnings("unchecked")
        Promise<Connection> waiting = (Promise<Connection>) context.get(Connection.PROMISE_CONTEXT_KEY);
        context.put(Connection.PROMISE_CONTEXT_KEY, new Promise.Wrapper<>(waiting) {
            @Override
            public void failed(Throwable why) {
                super.failed(failure == null ? why : failure);
            }
        });
    }

    @Override
    protected SSLEngineResult wrap(SSLEngine engine, ByteBuffer[] from, ByteBuffer to) throws SSLException {
        try {
            return super.wrap(engine, from, to);
        } catch (SSLException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    protected SSLEngineResult unwrap(SSLEngine engine, ByteBuffer from, ByteBuffer to) throws SSLException {
        try {
            return super.unwrap(engine, from, to);
        } catch (SSLException e) {
            failure = e;
            throw e;
        }
    }
}
