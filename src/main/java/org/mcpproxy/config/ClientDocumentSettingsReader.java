package org.mcpproxy.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.Secret;

/** Reads what concerns client metadata documents. */
final class ClientDocumentSettingsReader {

    private static final String TRUSTSTORE = "CLIENT_DOCUMENT_TRUSTSTORE";

    private final Values values;

    ClientDocumentSettingsReader(Values values) {
        this.values = values;
    }

    /** Of no use where a problem was found. */
    ClientDocumentSettings read() {
        Boolean on = values.parsed("CLIENT_DOCUMENTS", Boolean.TRUE, SettingsReader::onOrOff);
        return new ClientDocumentSettings(
                Boolean.TRUE.equals(on),
                list("CLIENT_DOCUMENT_DOMAINS", Lists::domains),
                list("CLIENT_DOCUMENT_DENIED_DOMAINS", Lists::domains),
                list("CLIENT_DOCUMENT_PRIVATE_HOSTS", Lists::hosts),
                Optional.ofNullable(values.parsed("CLIENT_DOCUMENT_PROXY", ClientDocumentSettingsReader::proxy)),
                authorities());
    }

    private Set<String> list(String name, Values.Parser<Set<String>> parser) {
        Set<String> read = values.parsed(name, Set.of(), parser);
        return read == null ? Set.of() : read;
    }

    private Optional<TrustedAuthorities> authorities() {
        Path file = values.parsed(TRUSTSTORE, BackendTransportReader::path);
        Optional<TrustedAuthorities> authorities = Optional.ofNullable(file)
                .map(path -> new TrustedAuthorities(
                        path, values.text(TRUSTSTORE + "_PASSWORD").map(Secret::new)));
        authorities.ifPresent(this::requireReadable);
        return authorities;
    }

    private void requireReadable(TrustedAuthorities authorities) {
        try {
            new BackendTls(Optional.of(authorities), Optional.empty()).open();
        } catch (BadSetting e) {
            values.problem(TRUSTSTORE, e.getMessage());
        }
    }

    /** The client speaks to it in the clear; what it asks it for is a tunnel, in which TLS is spoken with the host. */
    private static URI proxy(String text) throws BadSetting {
        URI proxy = Addresses.node(text);
        if (!proxy.getScheme().equals("http") || proxy.getPort() < 0) {
            throw new BadSetting("must be an HTTP proxy with its port, such as http://proxy.example.com:3128.");
        }
        return proxy;
    }
}
