package org.mcpproxy.config;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.mcpproxy.config.BackendTransport.HttpVersion;
import org.mcpproxy.oauth.Secret;

/** Reads how a backend is spoken to, and what belongs to TLS with it. */
final class BackendTransportReader {

    private static final String TRANSPORT = "_TRANSPORT";
    private static final String HTTP_VERSION = "_HTTP_VERSION";

    private static final List<String> OF_TLS = List.of(
            "_TRUSTSTORE",
            "_TRUSTSTORE_PASSWORD",
            "_CLIENT_CERT",
            "_CLIENT_KEY",
            "_CLIENT_KEYSTORE",
            "_CLIENT_KEYSTORE_PASSWORD");

    private final Values values;

    BackendTransportReader(Values values) {
        this.values = values;
    }

    /**
     * Of no use where a problem was found.
     *
     * @param prefix of the backend's settings, such as {@code MCP_BACKENDS_FILES}
     * @param url null where it is wrong
     */
    BackendTransport read(String prefix, URI url) {
        boolean tls = false;
        for (String part : OF_TLS) {
            boolean given = values.text(prefix + part).isPresent();
            tls |= given;
            if (given && url != null && !url.getScheme().equals("https")) {
                values.problem(prefix + part, "is for MCP servers with https:// alone. Change the URL, or remove it.");
            }
        }
        Optional<BackendTls> found = tls ? Optional.of(tls(prefix)) : Optional.empty();
        Boolean legacySse = values.parsed(prefix + TRANSPORT, false, BackendTransportReader::isLegacySse);
        BackendTransport transport =
                Boolean.TRUE.equals(legacySse) ? BackendTransport.ofLegacySse(found) : new BackendTransport(found);
        return transport.with(
                values.parsed(prefix + HTTP_VERSION, HttpVersion.NEGOTIATED, BackendTransportReader::version));
    }

    private static boolean isLegacySse(String text) throws BadSetting {
        return switch (text) {
            case "streamable-http" -> false;
            case "sse" -> true;
            default -> throw new BadSetting("must be streamable-http or sse.");
        };
    }

    private static HttpVersion version(String text) throws BadSetting {
        return switch (text) {
            case "1.1" -> HttpVersion.HTTP_1_1;
            case "2" -> HttpVersion.HTTP_2;
            default -> throw new BadSetting("must be 1.1 or 2.");
        };
    }

    /** Of a stdio server. */
    void requireNone(String prefix) {
        Stream.of(TRANSPORT, HTTP_VERSION)
                .filter(part -> values.text(prefix + part).isPresent())
                .forEach(part -> values.problem(
                        prefix + part, "is for MCP servers with a URL: a command line speaks stdio. Remove it."));
        OF_TLS.stream()
                .filter(part -> values.text(prefix + part).isPresent())
                .forEach(part -> values.problem(prefix + part, "is for MCP servers with https:// alone. Remove it."));
    }

    private BackendTls tls(String prefix) {
        int before = values.problems();
        BackendTls tls = new BackendTls(authorities(prefix + "_TRUSTSTORE"), client(prefix));
        if (values.problems() == before) {
            tls.authorities()
                    .ifPresent(authorities ->
                            require(prefix + "_TRUSTSTORE", new BackendTls(tls.authorities(), Optional.empty())));
            tls.client()
                    .ifPresent(client -> require(
                            prefix + (client instanceof ClientCertificate.Pem ? "_CLIENT_CERT" : "_CLIENT_KEYSTORE"),
                            new BackendTls(Optional.empty(), tls.client())));
        }
        return tls;
    }

    private void require(String setting, BackendTls tls) {
        try {
            tls.open();
        } catch (BadSetting e) {
            values.problem(setting, e.getMessage());
        }
    }

    private Optional<TrustedAuthorities> authorities(String setting) {
        Path file = file(setting, setting + "_PASSWORD");
        return Optional.ofNullable(file).map(path -> new TrustedAuthorities(path, secret(setting + "_PASSWORD")));
    }

    private Optional<ClientCertificate> client(String prefix) {
        Path certificates = file(prefix + "_CLIENT_CERT", prefix + "_CLIENT_KEY");
        Path key = file(prefix + "_CLIENT_KEY", prefix + "_CLIENT_CERT");
        Path store = file(prefix + "_CLIENT_KEYSTORE", prefix + "_CLIENT_KEYSTORE_PASSWORD");
        if (store != null && certificates != null) {
            values.problem(
                    prefix + "_CLIENT_KEYSTORE", "must not be set beside " + prefix + "_CLIENT_CERT. Remove one.");
        }
        if (store != null) {
            return Optional.of(new ClientCertificate.Pkcs12(store, secret(prefix + "_CLIENT_KEYSTORE_PASSWORD")));
        }
        return certificates == null || key == null
                ? Optional.empty()
                : Optional.of(new ClientCertificate.Pem(certificates, key));
    }

    /** Null, and a problem, where what needs it is set without it. */
    private Path file(String setting, String needs) {
        return values.text(needs).isPresent()
                ? values.required(
                        setting,
                        "Give the absolute path of a file: " + needs + " needs it.",
                        BackendTransportReader::path)
                : values.parsed(setting, BackendTransportReader::path);
    }

    private Optional<Secret> secret(String setting) {
        return values.text(setting).map(Secret::new);
    }

    static Path path(String text) throws BadSetting {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw new BadSetting("must be the absolute path of a file.");
    }
}
