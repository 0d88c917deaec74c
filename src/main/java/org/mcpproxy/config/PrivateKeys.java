package org.mcpproxy.config;

import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.text.ParseException;
import java.util.Base64;

/** Reads {@code OKTA_PRIVATE_KEY}: a JWK (RFC 7517), a PEM, or the path of a file that holds one of them. */
final class PrivateKeys {

    private static final String FILE = "file:";
    private static final String PEM_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String PEM_END = "-----END PRIVATE KEY-----";
    private static final int LEAST_RSA_BITS = 2048;

    private PrivateKeys() {}

    static JWK parse(String text) throws BadSetting {
        String key = text.startsWith(FILE) ? fileContent(text.substring(FILE.length())) : text;
        JWK parsed = key.startsWith("{") ? jwk(key) : pem(withLineEnds(key));
        if (!(parsed instanceof AsymmetricJWK) || !parsed.isPrivate()) {
            throw new BadSetting("must be a private key; this is a public or a symmetric one.");
        }
        if (parsed instanceof RSAKey && parsed.size() < LEAST_RSA_BITS) {
            throw new BadSetting("must have at least " + LEAST_RSA_BITS + " bits.");
        }
        return parsed;
    }

    private static String fileContent(String path) throws BadSetting {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException | InvalidPathException e) {
            throw new BadSetting("names a file that cannot be read. Give file:/ and an absolute path, and see that the"
                    + " server's user may read it.");
        }
    }

    /**
     * The Liberty Maven plugin writes every backslash of {@code .env} as a slash, which in base64 is a digit. But behind the
     * head, where base64 of a key begins with M, and then after each 64 digits, {@code /n} can only be a line's end.
     */
    private static String withLineEnds(String written) {
        String pem = written.replace("\\n", "\n").strip();
        return pem.startsWith(PEM_BEGIN + "/n")
                ? pem.replace(PEM_BEGIN + "/n", PEM_BEGIN + "\n")
                        .replaceAll("([A-Za-z0-9+/=]{64})/n", "$1\n")
                        .replaceAll("/n" + PEM_END + "(/n)?$", "\n" + PEM_END)
                : pem;
    }

    private static JWK jwk(String json) throws BadSetting {
        try {
            return JWK.parse(json);
        } catch (ParseException e) {
            throw new BadSetting("begins like a JWK and is none. Copy the whole private key from Okta, in one line.");
        }
    }

    private static JWK pem(String pem) throws BadSetting {
        if (!pem.startsWith(PEM_BEGIN) || !pem.endsWith(PEM_END)) {
            throw new BadSetting(
                    "must be a JWK, a PEM that begins with " + PEM_BEGIN + " (with \\n for the line ends), or"
                            + " file:/ and the path of one. Other PEM kinds: openssl pkcs8 -topk8 -nocrypt.");
        }
        try {
            return rsa(
                    Base64.getMimeDecoder().decode(pem.substring(PEM_BEGIN.length(), pem.length() - PEM_END.length())));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new BadSetting("holds a PEM that is not an RSA key. Give keys of other kinds as a JWK.");
        }
    }

    private static JWK rsa(byte[] encoded) throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance("RSA");
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) factory.generatePrivate(new PKCS8EncodedKeySpec(encoded));
        RSAPublicKey publicKey =
                (RSAPublicKey) factory.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        return new RSAKey.Builder(publicKey).privateKey(key).build();
    }
}
