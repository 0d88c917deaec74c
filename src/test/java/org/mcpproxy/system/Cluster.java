package org.mcpproxy.system;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.mcpproxy.oauth.SecretKeyMaterial;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.store.SharedStore;

/**
 * Two proxies on one PostgreSQL, with a balancer before them, a stand-in Okta and an MCP server behind. Each node also
 * answers at its own address. Both start at the same moment, on an empty database.
 */
public final class Cluster implements AutoCloseable {

    /** All tests come from one address. */
    private static final int PLENTY = 100_000;

    private static final int SECRET_BYTES = 32;

    private static Cluster shared;

    private final byte[] secret = new byte[SECRET_BYTES];
    private final Postgres database = Postgres.start();
    private final OktaTenant okta = OktaTenant.start();
    private final PlainMcpServer backend = PlainMcpServer.start();
    private final Balancer balancer = Balancer.open();
    private final List<ProxySystem> nodes;

    private Cluster() {
        new SecureRandom().nextBytes(secret);
        okta.allowRedirect(balancer.at("/oauth/callback"));
        okta.allowPostLogoutRedirect(balancer.at("/"));
        List<ProxySystem.Plan> plans = List.of(ProxySystem.plan(), ProxySystem.plan());
        String hosts = "localhost:" + plans.get(0).port() + ",localhost:"
                + plans.get(1).port();
        // Many at once are a matter of the processor: what a node cannot answer in time is lost at Okta.
        nodes = plans.stream()
                .map(plan -> planned(plan, hosts).optimized().launch())
                .toList();
    }

    /** A further node, which the balancer does not know. */
    public ProxySystem.Plan another() {
        ProxySystem.Plan plan = ProxySystem.plan();
        return planned(plan, "localhost:" + plan.port());
    }

    private ProxySystem.Plan planned(ProxySystem.Plan plan, String hosts) {
        return plan.named("node")
                .with("PUBLIC_URL", balancer.at(""))
                .with("ALLOWED_HOSTS", hosts)
                .with("SESSION_SECRET_KEY", HexFormat.of().formatHex(secret))
                .with("DATABASE_URL", database.url())
                .with("DATABASE_USER", Postgres.USER)
                .with("OKTA_ISSUER", okta.issuer())
                .with("OKTA_CLIENT_ID", okta.clientId())
                .with("OKTA_CLIENT_SECRET", okta.clientSecret())
                .with("MCP_BACKEND", backend.url())
                .with("CLIENTS_FILE", Preregistered.file())
                .with("OKTA_CROSS_APP_ACCESS", "on")
                .with("REGISTRATIONS_PER_MINUTE", PLENTY)
                .with("AUTHORIZATIONS_PER_MINUTE", PLENTY)
                .with("FAILED_AUTHENTICATIONS_PER_MINUTE", PLENTY);
    }

    /** The one that tests share, whole again whatever the one before has broken; it ends with the tests. */
    public static synchronized Cluster shared() {
        if (shared == null) {
            shared = new Cluster();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared.mended();
    }

    private Cluster mended() {
        okta.faults().clear();
        okta.reachable();
        database.thaw();
        database.startAgain();
        nodes.stream().filter(node -> !node.isAlive()).forEach(ProxySystem::launchAgain);
        nodes.forEach(ProxySystem::awaitReady);
        // ready they are without the database, too, and for a moment after it is back they do not ask it
        nodes.forEach(ProxySystem::awaitLive);
        balancer.sendTo(first(), second());
        return this;
    }

    public ProxySystem first() {
        return nodes.get(0);
    }

    public ProxySystem second() {
        return nodes.get(1);
    }

    public List<ProxySystem> nodes() {
        return nodes;
    }

    public Balancer balancer() {
        return balancer;
    }

    public Postgres database() {
        return database;
    }

    public OktaTenant okta() {
        return okta;
    }

    /** What both nodes keep; each test looks at it by itself. */
    public SharedStore store() {
        return new SharedStore(database.source(), new SecretKeyMaterial(secret.clone()));
    }

    /** A new public client, which finds the proxy at the balancer. */
    public OAuthClient client() {
        return OAuthClient.publicClient(balancer);
    }

    @Override
    public void close() {
        Stream.<AutoCloseable>concat(nodes.stream(), Stream.of(balancer, backend, okta, database))
                .forEach(Cluster::close);
    }

    /** Whatever does not end well must not keep the others. */
    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            System.getLogger(Cluster.class.getName()).log(System.Logger.Level.WARNING, "Not ended", e);
        }
    }
}
