package org.mcpproxy.config;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.oauth.Secret;

/**
 * The certificates of authorities that vouch for a backend, in one file: PEM, or PKCS #12.
 *
 * @param password of a PKCS #12 file
 */
public record TrustedAuthorities(Path file, Optional<Secret> password) {

    KeyStore open() throws BadSetting, GeneralSecurityException {
        byte[] content = Certificates.content(file);
        KeyStore store = Certificates.isPem(content) ? fromPem(content) : Certificates.pkcs12(content, password);
        for (String alias : Collections.list(store.aliases())) {
            if (store.isCertificateEntry(alias)) {
                return store;
            }
        }
        throw new BadSetting("names a file without trusted certificates. Give a PEM file of those of the authorities.");
    }

    private static KeyStore fromPem(byte[] content) throws BadSetting, GeneralSecurityException {
        KeyStore store = Certificates.emptyStore();
        List<X509Certificate> certificates = Certificates.pem(content);
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("authority-" + i, certificates.get(i));
        }
        return store;
    }
}
