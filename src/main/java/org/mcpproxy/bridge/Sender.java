package org.mcpproxy.bridge;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.mcpproxy.relay.CallerCredential;
import org.mcpproxy.relay.Header;

/**
 * Whose message it is.
 *
 * @param headers of their request, for the server, with the credential of that time
 * @param credential is asked for what is said on their behalf later on
 */
record Sender(List<Header> headers, CallerCredential credential) {

    /** The headers with a fresh credential; as they were where there is none any more. */
    CompletionStage<List<Header>> later() {
        return credential
                .fresh()
                .exceptionally(failure -> Optional.empty())
                .thenApply(fresh -> fresh.map(this::with).orElse(headers));
    }

    private List<Header> with(Header fresh) {
        return Stream.concat(headers.stream().filter(header -> !header.is(fresh.name())), Stream.of(fresh))
                .toList();
    }

    /** In bytes. */
    int size() {
        return headers.stream().mapToInt(Header::length).sum();
    }
}
