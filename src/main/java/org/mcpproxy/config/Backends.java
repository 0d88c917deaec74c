package org.mcpproxy.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The MCP servers behind the proxy. Each path is a protected resource of its own, with its own audience, even where two
 * lead to one server.
 */
public final class Backends {

    /** Where the default backend is, if there is one. */
    public static final String DEFAULT_PATH = "/mcp";

    private final Map<String, Backend> byPath;

    private Backends(Map<String, Backend> byPath) {
        this.byPath = byPath;
    }

    /** One backend, which is the default. */
    public static Backends of(Backend backend) {
        return of(Optional.of(backend), List.of());
    }

    /** @param named each is at {@code /name/mcp} */
    public static Backends of(Optional<Backend> standard, List<Backend> named) {
        Map<String, Backend> byPath = new LinkedHashMap<>();
        standard.ifPresent(backend -> byPath.put(DEFAULT_PATH, backend));
        named.forEach(backend -> byPath.put("/" + backend.name() + DEFAULT_PATH, backend));
        return new Backends(Collections.unmodifiableMap(byPath));
    }

    /** What is at {@code /mcp}, and behind {@code /okta/mcp}. */
    public Optional<Backend> standard() {
        return at(DEFAULT_PATH);
    }

    public Optional<Backend> at(String path) {
        return Optional.ofNullable(byPath.get(path));
    }

    /** Each of them once, at however many paths it is. */
    public Set<Backend> all() {
        return new LinkedHashSet<>(byPath.values());
    }

    /** The longest request body that any of them takes, in bytes. */
    int longestBody() {
        return byPath.values().stream()
                .mapToInt(backend -> backend.limits().sizes().body())
                .max()
                .orElse(0);
    }

    /** All paths that take our own tokens, the default first. */
    public Set<String> paths() {
        return byPath.keySet();
    }
}
