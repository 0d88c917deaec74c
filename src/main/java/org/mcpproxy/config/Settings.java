package org.mcpproxy.config;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.ResourceIndicator;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.policy.Policy;
import org.mcpproxy.policy.PolicySource;

/**
 * All settings, as checked at the start.
 *
 * @param publicUrl how clients reach this server, without a path or trailing slash; the issuer
 * @param trustedProxies who says where requests come from
 * @param allowedHosts further {@code Host} values that are answered, lower case, with the port where it is not the
 *     scheme's own
 * @param redirectSchemes private-use redirect schemes without a dot that may register, lower case
 * @param backends the MCP servers behind
 * @param policy what users may do there; empty where everybody may do everything
 * @param nodeUrl how other nodes reach this one, without a path; empty where there is none, or none is told
 * @param secretKeys what all encryption at rest is derived from
 * @param databaseConnections how many this node opens at most
 * @param databaseReserve how much of the disk that an H2 database is on is to stay free, in bytes
 * @param keyRotation after which time a new key signs our tokens
 * @param clientDocuments which clients may identify themselves by a metadata document
 * @param registration who may register clients, and which
 * @param clientsFile the clients that an administrator has registered; empty where there are none
 * @param relayLimits those of the whole node; a backend has its own, too
 * @param listenPort the port that this server listens on
 * @param metricsTokens one of which who reads the metrics must bear; empty where there are none to read
 */
public record Settings(
        URI publicUrl,
        int listenPort,
        TrustedProxies trustedProxies,
        Set<String> allowedHosts,
        Set<String> redirectSchemes,
        CorsOrigins corsOrigins,
        OktaSettings okta,
        Backends backends,
        Optional<PolicySource> policy,
        Optional<URI> nodeUrl,
        KeyRing secretKeys,
        int databaseConnections,
        long databaseReserve,
        Duration keyRotation,
        Lifetimes lifetimes,
        AddressLimits addressLimits,
        ClientDocumentSettings clientDocuments,
        RegistrationSettings registration,
        Optional<ClientsFile> clientsFile,
        RelayLimits relayLimits,
        List<Secret> metricsTokens) {

    /** The issuer of our tokens (RFC 8414 2): {@code PUBLIC_URL}, character for character. */
    public String issuer() {
        return publicUrl.toString();
    }

    /** The resources that take our own tokens, each the audience of its own, the default first. */
    public List<URI> mcpResources() {
        return backends.paths().stream().map(this::at).toList();
    }

    /** What a client gets a token for that names no resource; empty where it has to. */
    public Optional<URI> defaultResource() {
        return backends.standard().map(backend -> at(Backends.DEFAULT_PATH));
    }

    /**
     * The resources of ours that a request means: those that it names, however it writes them, or the default where it names
     * none. Empty where any of them is none of ours.
     *
     * @param named the values of {@code resource} (RFC 8707 2)
     */
    public Optional<Resources> resourcesOf(List<String> named) {
        List<Optional<String>> asked = named.isEmpty()
                ? List.of(defaultResource().map(URI::toString))
                : named.stream().map(ResourceIndicator::canonical).toList();
        List<String> ours = asked.stream()
                .flatMap(Optional::stream)
                .filter(resource -> backendOf(resource).isPresent())
                .toList();
        return ours.size() == asked.size() ? Optional.of(new Resources(ours)) : Optional.empty();
    }

    /** The backend that this resource of ours leads to. */
    public Optional<Backend> backendOf(String resource) {
        return backends.paths().stream()
                .filter(path -> at(path).toString().equals(resource))
                .findFirst()
                .flatMap(backends::at);
    }

    /** The grant types that the token endpoint takes. */
    public List<GrantType> offeredGrantTypes() {
        return Capabilities.grantTypes(clientsFile.isPresent(), okta.crossAppAccess());
    }

    /** Whether any client may authenticate by an assertion that it signed. */
    public boolean takesAssertions() {
        return clientDocuments.on() || clientsFile.isPresent();
    }

    /** The scopes of the policy for this backend, beside our own. Fixed at the start. */
    public Scope policyScopes(Backend backend) {
        Policy atStart = policy.map(PolicySource::policy).orElse(Policy.OPEN);
        return Scope.parse(
                atStart.of(backend.policyName()).scopes().stream().sorted().toList());
    }

    /** Of these scopes, those that mean something at this resource: our own, and those of its policy. */
    public Scope scopesAt(String resource, Scope scope) {
        Scope known = Scopes.offered();
        known.addAll(backendOf(resource).map(this::policyScopes).orElseGet(Scope::new));
        Scope kept = new Scope(scope);
        kept.retainAll(known);
        return kept;
    }

    /** The authentication context classes that the policy takes, of whatever backend, as it was at the start. */
    public List<String> policyAcrValues() {
        Policy atStart = policy.map(PolicySource::policy).orElse(Policy.OPEN);
        return atStart.byBackend().values().stream()
                .flatMap(backend -> backend.acrValues().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** All scopes of the policy, of whatever backend. */
    public Scope policyScopes() {
        Scope all = new Scope();
        backends.paths()
                .forEach(path -> all.addAll(policyScopes(backends.at(path).orElseThrow())));
        return all;
    }

    /** What a client may ask for, for one resource or another. */
    public Scope offeredScopes() {
        Scope all = Scopes.offered();
        all.addAll(policyScopes());
        return all;
    }

    /** The MCP endpoint that takes Okta's own access tokens. */
    public URI oktaMcpResource() {
        return at("/okta/mcp");
    }

    /** Where clients register (RFC 7591 3); what lies below it is each client's own (RFC 7592 2). */
    public URI registrationEndpoint() {
        return at("/oauth2/v1/clients");
    }

    /** @param path begins with a slash */
    public URI at(String path) {
        return URI.create(publicUrl + path);
    }

    /** Whether clients reach this server over TLS, so that cookies are {@code Secure} and have the {@code __Host-} prefix. */
    public boolean secure() {
        return "https".equals(publicUrl.getScheme());
    }
}
