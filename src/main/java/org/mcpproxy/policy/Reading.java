package org.mcpproxy.policy;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One way in which a backend may read a name, in canonical forms.
 *
 * @param paths what it names where the backend does not look at the query and the fragment
 * @param wholes what it names where the backend does
 */
record Reading(Set<String> paths, Set<String> wholes) {

    Reading {
        paths = Set.copyOf(paths);
        wholes = Set.copyOf(wholes);
    }

    /** Of a name that has no parts. */
    static Reading of(String name) {
        return new Reading(Set.of(name), Set.of(name));
    }

    /** Of a URI whose path ends there. A folder is the same with and without the slash at its end. */
    static Reading ofUri(String uri, int endOfPath) {
        Set<String> paths = withAndWithoutSlash(CanonicalUri.path(uri.substring(0, endOfPath)));
        if (endOfPath == uri.length()) {
            return new Reading(paths, paths);
        }
        String rest = uri.substring(endOfPath);
        return new Reading(paths, paths.stream().map(path -> path + rest).collect(Collectors.toSet()));
    }

    Stream<String> forms() {
        return Stream.concat(paths.stream(), wholes.stream());
    }

    private static Set<String> withAndWithoutSlash(String path) {
        return path.endsWith("/") ? Set.of(path, path.substring(0, path.length() - 1)) : Set.of(path, path + "/");
    }
}
