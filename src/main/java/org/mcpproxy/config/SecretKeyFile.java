package org.mcpproxy.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.mcpproxy.oauth.SecretKeyMaterial;

/** The secret key that the server makes for itself where none is set: one file, readable by its owner only. */
final class SecretKeyFile {

    static final String NAME = "session-secret.key";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final RandomGenerator random;

    /** @param folder the server's output folder */
    SecretKeyFile(Path folder, RandomGenerator random) {
        this.file = folder.resolve(NAME).toAbsolutePath();
        this.random = random;
    }

    Path path() {
        return file;
    }

    /** The key of the last start, or a new one. A file that is not a key is never replaced: what it sealed would be lost. */
    SecretKeyMaterial load() throws BadSetting {
        try {
            if (!Files.exists(file)) {
                create();
            }
            return SecretKeys.parse(Files.readString(file).strip());
        } catch (IOException e) {
            throw new BadSetting("is not set, and no key can be kept in " + file
                    + ". Set it (openssl rand -base64 32), or let the server's user write there.");
        } catch (BadSetting e) {
            throw new BadSetting("is not set, and " + file
                    + " does not hold a key. Restore that file, set the key, or remove the file.");
        }
    }

    /** Written aside and linked into place: a reader sees the whole key or none, and of two writers the first one wins. */
    private void create() throws IOException {
        byte[] key = new byte[SecretKeys.LEAST_BYTES];
        random.nextBytes(key);
        Path draft = Files.createTempFile(file.getParent(), NAME, ".tmp", ownerOnly());
        try {
            Files.write(draft, (Base64.getEncoder().encodeToString(key) + "\n").getBytes(StandardCharsets.US_ASCII));
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException e) {
            // another node of this folder was first; its key is the one that counts
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private FileAttribute<?>[] ownerOnly() {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }
}
