package org.mcpproxy.config;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * Whether and from where clients may be taken that identify themselves by a metadata document
 * (draft-ietf-oauth-client-id-metadata-document).
 *
 * @param domains whose documents are taken, subdomains among them, lower case; empty where all are
 * @param deniedDomains whose documents are never taken, subdomains among them, lower case
 * @param privateHosts that may be at a private address, lower case; with a port where it is not 443
 * @param proxy that every fetch goes through, scheme, host and port
 * @param authorities whom to trust instead of the JVM's own
 */
public record ClientDocumentSettings(
        boolean on,
        Set<String> domains,
        Set<String> deniedDomains,
        Set<String> privateHosts,
        Optional<URI> proxy,
        Optional<TrustedAuthorities> authorities) {

    public ClientDocumentSettings {
        domains = Set.copyOf(domains);
        deniedDomains = Set.copyOf(deniedDomains);
        privateHosts = Set.copyOf(privateHosts);
    }

    public static ClientDocumentSettings standard() {
        return new ClientDocumentSettings(true, Set.of(), Set.of(), Set.of(), Optional.empty(), Optional.empty());
    }

    /** What a connection for a fetch trusts. */
    public BackendTls tls() {
        return new BackendTls(authorities, Optional.empty());
    }
}
