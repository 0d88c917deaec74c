package org.mcpproxy.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a connection over TLS to a backend trusts, and what it presents. The files are read again after they have changed, as
 * certificates are renewed.
 *
 * @param authorities whom to trust instead of the JVM's own authorities
 * @param client our certificate
 */
public record BackendTls(Optional<TrustedAuthorities> authorities, Optional<ClientCertificate> client) {

    private static final char[] IN_MEMORY = new char[0];

    /** @throws BadSetting where a file cannot be read or holds something else, named as a person wrote it */
    public SSLContext open() throws BadSetting {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(), trustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new BadSetting("holds something that this JVM cannot use for TLS.");
        }
    }

    /** Changes whenever a file does. */
    public List<FileTime> versions() {
        return Stream.concat(
                        authorities.stream().map(TrustedAuthorities::file),
                        client.stream().flatMap(ClientCertificate::files))
                .map(BackendTls::version)
                .toList();
    }

    private static FileTime version(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    private KeyManager[] keyManagers() throws BadSetting, GeneralSecurityException {
        if (client.isEmpty()) {
            return null;
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(client.get().open(), IN_MEMORY);
        return factory.getKeyManagers();
    }

    private TrustManager[] trustManagers() throws BadSetting, GeneralSecurityException {
        if (authorities.isEmpty()) {
            return null;
        }
        KeyStore trusted = authorities.get().open();
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }
}
