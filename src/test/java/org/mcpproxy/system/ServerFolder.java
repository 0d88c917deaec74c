package org.mcpproxy.system;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server's folder as somebody who deploys the proxy would make it: {@code server.xml}, what lies in {@code liberty/},
 * the database drivers, and the WAR.
 *
 * @param users what {@code WLP_USER_DIR} names
 */
record ServerFolder(Path users) {

    static final String SERVER = "proxy";
    static final Path PROJECT = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    static final Path RUNTIME = PROJECT.resolve("target/liberty/wlp");

    private static final String WAR = "okta-mcp-oauth-proxy.war";

    /** A new folder under {@code target/systems}, which stays after the run, for whoever looks for the cause of a failure. */
    static ServerFolder create(String name) throws IOException {
        Path war = PROJECT.resolve("target").resolve(WAR);
        if (!Files.exists(war) || !Files.exists(RUNTIME)) {
            throw new IllegalStateException("Build first: ./mvnw pre-integration-test makes the WAR and the server.");
        }
        Path systems = Files.createDirectories(PROJECT.resolve("target/systems"));
        ServerFolder folder = new ServerFolder(Files.createTempDirectory(systems, name + "-"));
        Path apps = Files.createDirectories(folder.server().resolve("apps"));
        Files.copy(war, apps.resolve(WAR));
        Files.copy(PROJECT.resolve("server.xml"), folder.server().resolve("server.xml"));
        copyAll(PROJECT.resolve("liberty"), folder.server());
        copyAll(
                PROJECT.resolve("target/jdbc"),
                Files.createDirectories(folder.server().resolve("jdbc")));
        workarea().giveTo(folder.server());
        return folder;
    }

    /** For those that are made after it. The server must have stopped in order. */
    void leaveWorkarea() throws IOException {
        workarea().take(server());
    }

    /** Whether there is one for those that are made after it. */
    boolean hasWorkarea() {
        return workarea().isThere();
    }

    private static Workarea workarea() {
        return Workarea.of(PROJECT.resolve("target").resolve(WAR));
    }

    private static void copyAll(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** The same folder, with these classes of the tests in its WAR. */
    ServerFolder with(List<Class<?>> probes) throws IOException {
        if (probes.isEmpty()) {
            return this;
        }
        try (FileSystem war = FileSystems.newFileSystem(server().resolve("apps").resolve(WAR))) {
            for (Class<?> probe : probes) {
                String file = probe.getName().replace('.', '/') + ".class";
                try (InputStream compiled = probe.getClassLoader().getResourceAsStream(file)) {
                    Files.copy(compiled, war.getPath("WEB-INF/classes/" + file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return this;
    }

    /** The server's own folder, which is also where it writes. */
    Path server() {
        return users.resolve("servers").resolve(SERVER);
    }

    Path console() {
        return users.resolve("console.log");
    }
}
