package org.mcpproxy.config;

import java.util.Optional;
import java.util.function.Function;

/** Reads the bounds that one backend has of its own, beside or instead of the node's (docs/decisions/0038-limits-of-one-backend.md). */
final class BackendLimitsReader {

    private static final String OF_COMMAND = "STDIO_";
    private static final String OF_LEGACY_SSE = "SSE_";
    private static final String OF_CONNECTION = "RELAY_CONNECT_TIMEOUT";

    private final Values values;
    private final RelayLimits node;

    /** @param node what holds where a backend has none of its own */
    BackendLimitsReader(Values values, RelayLimits node) {
        this.values = values;
        this.node = node;
    }

    /**
     * Those of a backend with a URL.
     *
     * @param prefix of the backend's settings, such as {@code MCP_BACKENDS_FILES}
     */
    RelayLimits overHttp(String prefix, boolean legacySse) {
        return read(prefix, name -> {
            if (name.startsWith(OF_COMMAND)) {
                return Optional.of("is for a command line alone, and " + prefix + " has none. Remove it.");
            }
            return name.startsWith(OF_LEGACY_SSE) && !legacySse
                    ? Optional.of(
                            "is for MCP servers over HTTP+SSE alone. Set " + prefix + "_TRANSPORT=sse, or remove it.")
                    : Optional.empty();
        });
    }

    /** Those of a backend with a command line. */
    RelayLimits stdio(String prefix) {
        return read(
                prefix,
                name -> name.startsWith(OF_LEGACY_SSE) || name.equals(OF_CONNECTION)
                        ? Optional.of("is for MCP servers with a URL: a command line speaks stdio. Remove it.")
                        : Optional.empty());
    }

    /** Whoever sets one expects it to bound something. */
    void requireNone(String prefix, String remedy) {
        read(prefix, name -> Optional.of(remedy));
    }

    private RelayLimits read(String prefix, Function<String, Optional<String>> misplaced) {
        return RelayLimitsReader.ofBackend(values, prefix, node, misplaced).read();
    }
}
