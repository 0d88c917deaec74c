package org.mcpproxy.config;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.mcpproxy.oauth.Secret;

/** The certificate that we present to a backend, with its private key. */
public sealed interface ClientCertificate {

    /** The files that it is read from. */
    Stream<Path> files();

    /** A store with this key and certificate alone, without a password. */
    KeyStore open() throws BadSetting, GeneralSecurityException;

    /** Two PEM files: our own certificate first, then those between it and the authority; and the key (PKCS #8). */
    record Pem(Path certificates, Path key) implements ClientCertificate {

        @Override
        public Stream<Path> files() {
            return Stream.of(certificates, key);
        }

        @Override
        public KeyStore open() throws BadSetting, GeneralSecurityException {
            List<X509Certificate> chain = Certificates.pem(Certificates.content(certificates));
            PrivateKey privateKey = Certificates.privateKey(
                    Certificates.content(key), chain.get(0).getPublicKey());
            return Certificates.storeOf(privateKey, chain.toArray(X509Certificate[]::new));
        }
    }

    /** A PKCS #12 file, whose password is the key's too. */
    record Pkcs12(Path file, Optional<Secret> password) implements ClientCertificate {

        @Override
        public Stream<Path> files() {
            return Stream.of(file);
        }

        @Override
        public KeyStore open() throws BadSetting, GeneralSecurityException {
            KeyStore store = Certificates.pkcs12(Certificates.content(file), password);
            char[] secret = password.map(Secret::value).orElse("").toCharArray();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    return Certificates.storeOf(store.getKey(alias, secret), store.getCertificateChain(alias));
                }
            }
            throw new BadSetting("names a file without a private key.");
        }
    }
}
