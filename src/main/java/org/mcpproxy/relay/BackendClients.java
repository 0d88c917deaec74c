package org.mcpproxy.relay;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import org.mcpproxy.relay.http1.Http1Client;

/** Which client speaks to which backend. */
@ApplicationScoped
public class BackendClients implements BackendClient {

    private final Http1Client plain;
    private final JdkBackendClient other;

    @Inject
    public BackendClients(Http1Client plain, JdkBackendClient other) {
        this.plain = plain;
        this.other = other;
    }

    /** For CDI's proxy. */
    protected BackendClients() {
        this(null, null);
    }

    @Override
    public Call send(String method, URI url, List<Header> headers, byte[] body) {
        BackendClient client = url.getScheme().equalsIgnoreCase("http") ? plain : other;
        return client.send(method, url, headers, body);
    }
}
