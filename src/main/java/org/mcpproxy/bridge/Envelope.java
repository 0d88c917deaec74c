package org.mcpproxy.bridge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One JSON-RPC message, with the places where it names requests. Everything else stays as it was written.
 *
 * @param text the whole message, without line ends
 * @param method empty for a response
 * @param failure the code of an error response
 * @param names what it names requests by, and where
 * @param task whose state it tells
 */
record Envelope(
        String text,
        Optional<String> method,
        Optional<String> failure,
        Map<Naming, Span> names,
        Optional<TaskState> task) {

    /** The ways in which a message names a request. */
    enum Naming {
        /** Its own id. */
        ID,
        /** {@code params._meta.progressToken} of a request. */
        TOKEN_ASKED,
        /** {@code params.progressToken} of {@code notifications/progress}. */
        TOKEN_TOLD,
        /** {@code params.requestId} of {@code notifications/cancelled}. */
        CANCELLED,
        /** {@code io.modelcontextprotocol/subscriptionId} of MCP 2026-07-28, in {@code params._meta} or {@code result._meta}. */
        SUBSCRIPTION
    }

    /** A part of the text, the end exclusive. */
    record Span(int from, int to) {}

    /**
     * What is told of a task (MCP 2025-11-25, Tasks).
     *
     * @param created whether it is the answer to the request that it was made of
     */
    record TaskState(String id, String status, boolean created) {

        private static final Set<String> ENDS = Set.of("completed", "failed", "cancelled");

        boolean isEnd() {
            return ENDS.contains(status);
        }
    }

    boolean isRequest() {
        return method.isPresent() && names.containsKey(Naming.ID);
    }

    boolean isResponse() {
        return method.isEmpty();
    }

    boolean is(String name) {
        return method.equals(Optional.of(name));
    }

    /** As it is written, so that {@code 1} and {@code "1"} stay two. */
    Optional<String> name(Naming naming) {
        return Optional.ofNullable(names.get(naming)).map(span -> text.substring(span.from(), span.to()));
    }

    /** A name that we gave: an integer; empty where it is none. */
    Optional<Long> number(Naming naming) {
        return name(naming).filter(json -> json.matches("[1-9][0-9]{0,17}")).map(Long::valueOf);
    }

    /** The text with other names; those that it does not have are passed over. */
    String renamed(Map<Naming, String> others) {
        List<Naming> present = new ArrayList<>(others.keySet());
        present.retainAll(names.keySet());
        present.sort(Comparator.comparing((Naming naming) -> names.get(naming).from())
                .reversed());
        StringBuilder changed = new StringBuilder(text);
        for (Naming naming : present) {
            Span span = names.get(naming);
            changed.replace(span.from(), span.to(), others.get(naming));
        }
        return changed.toString();
    }
}
