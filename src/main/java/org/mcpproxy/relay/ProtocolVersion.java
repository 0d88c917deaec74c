package org.mcpproxy.relay;

/**
 * An MCP revision, named by its date. Values that are no date are kept as they are: the backend answers for versions that
 * it does not know.
 */
public record ProtocolVersion(String value) {

    /** What a request without a version header is taken for. */
    static final ProtocolVersion UNSTATED = new ProtocolVersion("2025-03-26");

    private static final String FIRST_MODERN = "2026-07-28";
    private static final String DATE = "\\d{4}-\\d{2}-\\d{2}";

    /** Whether every request of this revision stands alone: version and names in headers, no session. */
    boolean modern() {
        return value.matches(DATE) && value.compareTo(FIRST_MODERN) >= 0;
    }

    /** JSON-RPC batches came and went within one revision. */
    boolean hasBatches() {
        return equals(UNSTATED);
    }
}
