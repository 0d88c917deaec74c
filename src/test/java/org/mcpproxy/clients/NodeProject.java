package org.mcpproxy.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Node project in {@code src/test/clients}, whose packages the build has installed. */
final class NodeProject {

    private static final Path FOLDER = Path.of(System.getProperty("basedir", ""), "src", "test", "clients");

    private NodeProject() {}

    /** Starts {@code node script arguments...} there; the caller reads its output and ends it. */
    static Process start(ProcessBuilder builder, String script, String... arguments) {
        List<String> command =
                Stream.concat(Stream.of("node", script), Stream.of(arguments)).toList();
        try {
            return builder.command(command).directory(FOLDER.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException("Node 20 or newer is needed on the PATH", e);
        }
    }

    static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
