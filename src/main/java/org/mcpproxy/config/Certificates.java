package org.mcpproxy.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.Secret;

/** Reads files of certificates and keys. */
final class Certificates {

    private static final int MOST_BYTES = 4 * 1024 * 1024;
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private Certificates() {}

    static byte[] content(Path file) throws BadSetting {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new BadSetting("names a file that is too large for certificates.");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BadSetting("names a file that cannot be read. See that it exists, and that the server's user may"
                    + " read it.");
        }
    }

    static boolean isPem(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
    }

    /** One certificate at least. */
    static List<X509Certificate> pem(byte[] content) throws BadSetting {
        try {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(content))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!certificates.isEmpty() && isPem(content)) {
                return certificates;
            }
        } catch (CertificateException e) {
            // Said below.
        }
        throw new BadSetting("names a file that is no PEM of certificates (-----BEGIN CERTIFICATE-----).");
    }

    static KeyStore pkcs12(byte[] content, Optional<Secret> password) throws BadSetting, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(
                    new ByteArrayInputStream(content),
                    password.map(Secret::value).orElse("").toCharArray());
            return store;
        } catch (IOException e) {
            throw new BadSetting("names a file that is neither PEM nor a PKCS #12 that the password opens.");
        }
    }

    /** The key that belongs to this certificate's. */
    static PrivateKey privateKey(byte[] content, PublicKey publicKey) throws BadSetting {
        Matcher pem = PRIVATE_KEY.matcher(new String(content, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new BadSetting(
                    "needs a key in PEM that begins with -----BEGIN PRIVATE KEY-----, without a password. Other"
                            + " kinds: openssl pkcs8 -topk8 -nocrypt.");
        }
        try {
            PrivateKey key = KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
            if (belong(key, publicKey)) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Said below.
        }
        throw new BadSetting("needs the key that belongs to the first certificate; this is another.");
    }

    private static boolean belong(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(SIGNATURES.getOrDefault(publicKey.getAlgorithm(), ""));
        byte[] message = {1};
        signature.initSign(key);
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(message);
        return signature.verify(signed);
    }

    static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return store;
    }

    static KeyStore storeOf(Key key, Certificate[] chain) throws GeneralSecurityException {
        KeyStore store = emptyStore();
        store.setKeyEntry("client", key, new char[0], chain);
        return store;
    }
}
