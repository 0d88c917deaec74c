package org.mcpproxy.relay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Authorities and certificates of theirs, made by the JDK's keytool, in a folder. */
final class CertificateFiles {

    static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path store;

    CertificateFiles(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.store = folder.resolve("all.p12");
        make("authority", "-ext", "bc:c");
        make("foreign", "-ext", "bc:c");
        make("good", "-signer", "authority", "-ext", "san=dns:localhost");
        make("elsewhere", "-signer", "authority", "-ext", "san=dns:elsewhere.example");
        make("expired", "-signer", "authority", "-ext", "san=dns:localhost", "-startdate", "-9d");
        make("client", "-signer", "authority");
    }

    /** All keys in one file. */
    Path store() {
        return store;
    }

    Path certificate(String alias) throws IOException, GeneralSecurityException {
        return pem(alias + ".crt", "CERTIFICATE", open().getCertificate(alias).getEncoded());
    }

    Path key(String alias) throws IOException, GeneralSecurityException {
        return pem(
                alias + ".key",
                "PRIVATE KEY",
                open().getKey(alias, PASSWORD.toCharArray()).getEncoded());
    }

    /** A PKCS #12 file with this certificate as a trusted one. */
    Path trustStore(String alias) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(alias, open().getCertificate(alias));
        return save(trusted, alias + "-trust.p12");
    }

    /** A PKCS #12 file with this key alone. */
    Path keyStore(String alias) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                alias,
                open().getKey(alias, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                open().getCertificateChain(alias));
        return save(keys, alias + "-key.p12");
    }

    private Path save(KeyStore keys, String name) throws IOException, GeneralSecurityException {
        Path file = folder.resolve(name);
        try (var out = Files.newOutputStream(file)) {
            keys.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    private Path pem(String name, String type, byte[] content) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                        + type + "-----\n");
    }

    private KeyStore open() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private void make(String alias, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "7",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        command.addAll(List.of(more));
        Path output = folder.resolve("keytool.log");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new IllegalStateException(Files.readString(output));
        }
    }
}
