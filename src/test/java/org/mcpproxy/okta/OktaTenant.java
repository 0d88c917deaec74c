package org.mcpproxy.okta;

import com.nimbusds.jose.jwk.RSAKey;
import jakarta.servlet.Filter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.mcpproxy.okta.OktaApplications.Application;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * An Okta org that runs in this process, on a loopback port. Every instance is an org of its own, with keys and a client
 * secret of its own.
 */
public final class OktaTenant implements AutoCloseable {

    private final OktaOptions options;
    private final OktaAddress address;
    private final OktaTenantKeys keys;
    private final OktaApplications applications;
    private final OktaOrganization organization;
    private final OktaSignOns signOns = new OktaSignOns();
    private final OktaProofs proofs;
    private final Faults faults = new Faults();
    private final RequestLog requests = new RequestLog();
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private final Tomcat tomcat = new Tomcat();
    private final Path workFolder;

    private OktaTenant(OktaOptions options) throws IOException, LifecycleException {
        this.options = options;
        this.address = new OktaAddress(options.port() == 0 ? freePort() : options.port(), options);
        this.keys = OktaTenantKeys.of(options);
        this.applications = new OktaApplications(options);
        this.proofs = new OktaProofs(address, signOns);
        this.organization = new OktaOrganization(organization().toString(), options, keys, applications);
        this.workFolder = Files.createTempDirectory("okta-tenant");
        configure();
        serve();
    }

    public static OktaTenant start() {
        return start(OktaOptions.custom());
    }

    /** @throws IllegalStateException where it cannot start, such as for a port in use */
    public static OktaTenant start(OktaOptions options) {
        QuietLogs.apply();
        try {
            return new OktaTenant(options);
        } catch (IOException | LifecycleException e) {
            throw new IllegalStateException("The stand-in Okta did not start: " + e.getMessage(), e);
        }
    }

    /** {@code http://localhost:PORT/oauth2/default}, or without a path for an org server. */
    public URI issuer() {
        return URI.create(address.issuer());
    }

    /** The org's base URL. */
    public URI organization() {
        return URI.create("http://localhost:" + address.port());
    }

    public URI endpoint(Endpoint endpoint) {
        return address.uri(endpoint);
    }

    /** The application of the proxy, with a secret. */
    public String clientId() {
        return Application.WEB.clientId();
    }

    public String clientSecret() {
        return applications.secret();
    }

    /** The application of the proxy that authenticates with {@link #privateKey()} instead. */
    public String keyClientId() {
        return Application.WEB_WITH_KEY.clientId();
    }

    public RSAKey privateKey() {
        return applications.key();
    }

    /** The service application that exchanges users' tokens; its secret is {@link #clientSecret()} too. */
    public String exchangeClientId() {
        return Application.EXCHANGE.clientId();
    }

    /** What tokens can be exchanged for. */
    public String exchangeAudience() {
        return OktaExchange.AUDIENCE;
    }

    public String audience() {
        return options.audience();
    }

    public void allowRedirect(URI uri) {
        applications.allowRedirect(uri);
    }

    public void allowPostLogoutRedirect(URI uri) {
        applications.allowPostLogoutRedirect(uri);
    }

    public Faults faults() {
        return faults;
    }

    public RequestLog requests() {
        return requests;
    }

    /** Signs with a new key from now on. The old key stays published until {@link #withdrawOldKeys()}. */
    public void rotateKeys() {
        keys.published().rotate();
    }

    public void withdrawOldKeys() {
        keys.published().withdrawOld();
    }

    /** Proofs need another nonce from now on. */
    public void renewProofNonce() {
        proofs.renewNonce();
    }

    /** The thumbprints of all keys that tokens were bound to. */
    public Set<String> possessionKeys() {
        return proofs.thumbprints();
    }

    /** Ends every sign-on of the user: refresh tokens are refused from now on. */
    public void endSignOns(OktaUser user) {
        signOns.endAll(user.login());
    }

    /** A browser that is not signed in. */
    public OktaBrowser browser() {
        return new OktaBrowser(this);
    }

    /** A user's tokens for an agent that is registered in Okta directly, issued by the real endpoints. */
    public OktaTokens agentTokens(OktaUser user, String... scopes) {
        return browser()
                .signIn(user, Application.AGENT.clientId(), URI.create(OktaApplications.AGENT_REDIRECT), scopes);
    }

    /** An access token by client credentials: of a service, with no user. */
    public String serviceToken(String... scopes) {
        return browser().clientCredentials(Application.SERVICE.clientId(), scopes);
    }

    /** A sound access token of the user, to be made unsound. */
    public TokenForge forge(OktaUser user, String... scopes) {
        return new TokenForge(keys.published(), address.issuer(), options.audience(), user, List.of(scopes));
    }

    /** Lets the agent have ID-JAGs for this server, where it is known as this client (Cross App Access). */
    public void connect(URI audience, String clientId) {
        organization.connect(audience.toString(), clientId);
    }

    /** The token endpoint of the org server, which gives ID-JAGs. */
    public URI organizationTokenEndpoint() {
        return URI.create(organization() + Endpoint.TOKEN.path(true));
    }

    /** The application that has been connected. */
    public String agentClientId() {
        return Application.AGENT.clientId();
    }

    /** A sound ID-JAG for this user, to be made unsound. */
    public TokenForge forgeAssertion(OktaUser user, URI audience, String clientId, URI resource) {
        Map<String, Object> claims =
                OktaOrganization.sound(user.id(), audience.toString(), clientId, resource.toString());
        claims.put("iss", organization().toString());
        return new TokenForge(keys.organization(), claims, OktaOrganization.ID_JAG);
    }

    /** The org server signs with a new key from now on, and publishes the new one alone. */
    public void rotateOrganizationKeys() {
        keys.organization().rotate();
        keys.organization().withdrawOld();
    }

    /** Every secret that this org made or was shown: codes, tokens, the client secret, verifiers, states, nonces. */
    public Set<String> secretsIssued() {
        Set<String> secrets = new LinkedHashSet<>(signOns.issued());
        secrets.addAll(requests.secretsSeen());
        secrets.addAll(organization.issued());
        secrets.add(applications.secret());
        secrets.add(applications.key().getPrivateExponent().toString());
        return secrets;
    }

    /** Connections are refused until {@link #reachable()}; sessions and tokens survive. */
    public void unreachable() {
        try {
            tomcat.getConnector().stop();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }

    public void reachable() {
        try {
            tomcat.getConnector().start();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        faults.clear();
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        } finally {
            context.close();
            delete(workFolder);
        }
    }

    private void configure() {
        OktaDirectory directory = new OktaDirectory(options, faults);
        context.registerBean(OktaOptions.class, () -> options);
        context.registerBean(OktaAddress.class, () -> address);
        context.registerBean(OktaTenantKeys.class, () -> keys);
        context.registerBean(OktaKeys.class, keys::published);
        context.registerBean(OktaApplications.class, () -> applications);
        context.registerBean(OktaSignOns.class, () -> signOns);
        context.registerBean(OktaDirectory.class, () -> directory);
        context.registerBean(
                OktaTokenGenerator.class,
                () -> new OktaTokenGenerator(options, directory, keys.published(), keys.unpublished(), faults));
        context.register(OktaSecurity.class);
        context.refresh();
    }

    private void serve() throws LifecycleException {
        tomcat.setBaseDir(workFolder.toString());
        tomcat.setPort(address.port());
        Connector connector = tomcat.getConnector();
        connector.setProperty("address", "127.0.0.1");
        // Bound with the connector's start, so that its stop refuses connections.
        connector.setProperty("bindOnInit", "false");
        connector.setThrowOnFailure(true);
        tomcat.getHost().getPipeline().addValve(new OktaWire(options, faults, requests, organization));
        org.apache.catalina.Context web = tomcat.addContext(options.contextPath(), workFolder.toString());
        web.setSessionCookieName("okta_sid");
        StandardManager sessions = new StandardManager();
        sessions.setPathname(null);
        web.setManager(sessions);
        Tomcat.addServlet(web, "signIn", new SignInPage());
        web.addServletMapping("/", "signIn");
        if (options.proofs()) {
            addFilter(web, "proofs", proofs);
        }
        addFilter(web, "security", context.getBean("springSecurityFilterChain", Filter.class));
        tomcat.start();
    }

    private static void addFilter(org.apache.catalina.Context web, String name, Filter filter) {
        FilterDef definition = new FilterDef();
        definition.setFilterName(name);
        definition.setFilter(filter);
        web.addFilterDef(definition);
        FilterMap mapping = new FilterMap();
        mapping.setFilterName(name);
        mapping.addURLPattern("/*");
        web.addFilterMap(mapping);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
