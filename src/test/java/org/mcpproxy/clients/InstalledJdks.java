package org.mcpproxy.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The JDKs of this machine: those in {@code /usr/lib/jvm}, and what variables named {@code JAVA_HOME...} say. */
final class InstalledJdks {

    private static final int OLDEST = 17;
    private static final Path DEBIAN = Path.of("/usr/lib/jvm");

    private InstalledJdks() {}

    /**
     * Feature versions and homes of the oldest supported JDK, where it is installed, and of the newest. Elsewhere than in
     * CI they may be one and the same.
     *
     * @throws IllegalStateException in CI ({@code CI=true}), where JDK 17 or a newer one is missing
     */
    static Map<Integer, Path> oldestAndNewest() {
        TreeMap<Integer, Path> found = new TreeMap<>();
        for (Path home : candidates()) {
            int version = versionOf(home);
            if (version >= OLDEST) {
                found.putIfAbsent(version, home);
            }
        }
        Map<Integer, Path> ends = new TreeMap<>();
        ends.put(found.firstKey(), found.firstEntry().getValue());
        ends.put(found.lastKey(), found.lastEntry().getValue());
        if ("true".equals(System.getenv("CI"))) {
            requireBoth(found);
        }
        return ends;
    }

    /** Else CI would vouch for Java versions that it never ran on. */
    private static void requireBoth(Map<Integer, Path> found) {
        if (!found.containsKey(OLDEST) || found.size() < 2) {
            throw new IllegalStateException("CI needs JDK " + OLDEST + " and a newer one, in " + DEBIAN
                    + " or named by variables JAVA_HOME…; found: " + found);
        }
    }

    private static List<Path> candidates() {
        List<Path> homes = new ArrayList<>();
        homes.add(Path.of(System.getProperty("java.home")));
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("JAVA_HOME") && !value.isBlank()) {
                homes.add(Path.of(value));
            }
        });
        if (Files.isDirectory(DEBIAN)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(DEBIAN)) {
                folders.forEach(homes::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return homes;
    }

    /** 0 where there is no JDK that says its version. */
    private static int versionOf(Path home) {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin").resolve("java")) || !Files.isRegularFile(release)) {
            return 0;
        }
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
        return Integer.parseInt(version.split("[.+-]")[0]);
    }
}
