package org.mcpproxy.bridge;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.mcpproxy.relay.Header;

/** What a server over HTTP+SSE is sent of a request's headers, which have been chosen before, the credential among them. */
final class LegacySseHeaders {

    /** The session and its streams are ours. */
    private static final List<String> OURS = List.of(BridgedClient.SESSION, "Last-Event-ID", "Accept", "Content-Type");

    private LegacySseHeaders() {}

    static List<Header> ofStream(List<Header> request) {
        return with(request, new Header("Accept", "text/event-stream"));
    }

    static List<Header> ofPost(List<Header> request) {
        return with(request, new Header("Accept", "*/*"), new Header("Content-Type", "application/json"));
    }

    private static List<Header> with(List<Header> request, Header... more) {
        Set<String> ours = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        ours.addAll(OURS);
        return Stream.concat(request.stream().filter(header -> !ours.contains(header.name())), Stream.of(more))
                .toList();
    }
}
