package org.mcpproxy.system;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What Liberty works out at a server's first start: which bundles its features need, and what is in the WAR. The first server
 * that stops in order leaves it to those that are made later, which start with two thirds of the work, as a server does
 * that is started again.
 *
 * @param left where it is kept, of one WAR
 */
record Workarea(Path left) {

    private static final String NAME = "workarea";

    /** Of one server alone: where it lies, and what its variables were. */
    private static final Set<String> ITS_OWN =
            Set.of("configs.data", "variableCacheData", ".sLock", ".sCommand", ".sCommandAuth");

    static Workarea of(Path war) {
        return new Workarea(war.resolveSibling(NAME + "-" + war.toFile().lastModified()));
    }

    boolean isThere() {
        return Files.exists(left);
    }

    void giveTo(Path server) throws IOException {
        if (isThere()) {
            copy(left, server.resolve(NAME));
        }
    }

    /** Does nothing where another server has left its own already. */
    void take(Path server) throws IOException {
        if (isThere()) {
            return;
        }
        Path copy = Files.createTempDirectory(left.getParent(), NAME);
        copy(server.resolve(NAME), copy);
        try {
            Files.move(copy, left);
        } catch (FileSystemException e) {
            // another was faster: its own is as good
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each :
                    all.map(from::relativize).filter(Workarea::isForAll).toList()) {
                Path original = from.resolve(each);
                if (Files.isDirectory(original)) {
                    Files.createDirectories(to.resolve(each));
                } else {
                    Files.copy(original, to.resolve(each), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private static boolean isForAll(Path file) {
        return StreamSupport.stream(file.spliterator(), false).noneMatch(part -> ITS_OWN.contains(part.toString()));
    }
}
