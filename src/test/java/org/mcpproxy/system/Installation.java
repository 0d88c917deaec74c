package org.mcpproxy.system;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.fixture.DocumentHost;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.system.ProxySystem.Plan;

/** A stand-in Okta, an MCP server, which answers every request if no other is named, and a proxy between them. */
public final class Installation implements AutoCloseable {

    /** All tests come from one address. */
    private static final int PLENTY = 100_000;

    private static Installation shared;

    private final OktaTenant okta;
    private final Optional<PlainMcpServer> backend;
    private final ProxySystem proxy;

    private Installation(Plan plan, OktaTenant okta, URI mcpServer, Optional<PlainMcpServer> backend) {
        this.okta = okta;
        this.backend = backend;
        if (plan.names("MCP_BACKENDS")) {
            plan.with("OKTA_EXCHANGE_CLIENT_ID", okta.exchangeClientId())
                    .with("OKTA_EXCHANGE_CLIENT_SECRET", okta.clientSecret());
        } else {
            plan.with("MCP_BACKEND", mcpServer);
        }
        if (!plan.names("OKTA_PRIVATE_KEY")) {
            plan.with("OKTA_CLIENT_ID", okta.clientId()).with("OKTA_CLIENT_SECRET", okta.clientSecret());
        }
        if (!plan.names("LOGLEVEL")) {
            plan.with("LOGLEVEL", "DEBUG");
        }
        proxy = plan.with("OKTA_ISSUER", okta.issuer()).launch();
        okta.allowRedirect(proxy.at("/oauth/callback"));
        okta.allowPostLogoutRedirect(proxy.at("/"));
    }

    /** The one that all tests share that change nothing for others; it ends with the tests. */
    public static synchronized Installation shared() {
        if (shared == null) {
            shared = start(generous());
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    /** A proxy that knows the clients of {@link Preregistered}, and minds nobody's haste. */
    public static Plan generous() {
        return ProxySystem.plan()
                .with("REGISTRATIONS_PER_MINUTE", PLENTY)
                .with("AUTHORIZATIONS_PER_MINUTE", PLENTY)
                .with("FAILED_AUTHENTICATIONS_PER_MINUTE", PLENTY)
                .with("CLIENTS_FILE", Preregistered.file())
                .with("OKTA_CROSS_APP_ACCESS", "on")
                .with("CLIENT_DOCUMENT_PRIVATE_HOSTS", DocumentHost.shared().authority())
                .with("CLIENT_DOCUMENT_TRUSTSTORE", DocumentHost.shared().trusted());
    }

    /** One of its own, with further settings. */
    public static Installation start(Plan plan) {
        return start(plan, OktaOptions.custom());
    }

    /** One of its own, with further settings and another kind of org. */
    public static Installation start(Plan plan, OktaOptions options) {
        return answering(plan, OktaTenant.start(options)).awaitReady();
    }

    /** One of its own whose proxy proves who it is at Okta by a key, not by a secret. */
    public static Installation startWithKey(Plan plan, OktaOptions options) {
        OktaTenant okta = OktaTenant.start(options);
        plan.with("OKTA_CLIENT_ID", okta.keyClientId()).with("OKTA_PRIVATE_KEY", pem(okta.privateKey()));
        return answering(plan, okta).awaitReady();
    }

    /** In one line, as a variable holds it. */
    private static String pem(RSAKey key) {
        try {
            byte[] encoded = key.toRSAPrivateKey().getEncoded();
            return "-----BEGIN PRIVATE KEY-----\\n"
                    + Base64.getEncoder().encodeToString(encoded)
                    + "\\n-----END PRIVATE KEY-----";
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One of its own in front of an MCP server that the caller has started, and ends. */
    public static Installation start(Plan plan, URI mcpServer) {
        return new Installation(plan, OktaTenant.start(OktaOptions.custom()), mcpServer, Optional.empty()).awaitReady();
    }

    /** One whose proxy started while Okta was out of reach, and which it still is. */
    public static Installation startWithoutOkta(Plan plan, OktaOptions options) {
        OktaTenant okta = OktaTenant.start(options);
        okta.unreachable();
        Installation installation = answering(plan, okta);
        installation.proxy.awaitLive();
        return installation;
    }

    private static Installation answering(Plan plan, OktaTenant okta) {
        PlainMcpServer backend = PlainMcpServer.start();
        return new Installation(plan, okta, backend.url(), Optional.of(backend));
    }

    private Installation awaitReady() {
        proxy.awaitReady();
        return this;
    }

    public OktaTenant okta() {
        return okta;
    }

    public ProxySystem proxy() {
        return proxy;
    }

    /** The {@code Authorization} of the last request to the MCP server behind, where that is one of its own. */
    public String lastAuthorization() {
        return backend.orElseThrow().authorization();
    }

    /** As {@link #lastAuthorization}, its {@code DPoP}. */
    public String lastProof() {
        return backend.orElseThrow().proof();
    }

    /** The lines that the audit has of the request that was answered so. */
    public List<String> audited(Answer answer) {
        String id = "\"request_id\":\"" + answer.header("X-Request-Id") + "\"";
        proxy.awaitConsole("audited", console -> console.contains(id));
        return proxy.console().lines().filter(line -> line.contains(id)).toList();
    }

    public URI at(String path) {
        return proxy.at(path);
    }

    @Override
    public void close() {
        proxy.close();
        backend.ifPresent(PlainMcpServer::close);
        okta.close();
    }
}
