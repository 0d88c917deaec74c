package org.mcpproxy.relay;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** A backend's answer without what its caller may not use. */
final class FilteredAnswer {

    /** They speak of the whole. */
    private static final Set<String> GONE = Set.of("content-length", "etag", "last-modified");

    private FilteredAnswer() {}

    /**
     * @param error the answer to the one request that asked for a list; empty where only the shape tells what a list is
     * @param aside does what takes long
     * @param refused called where the body turns out to be one that cannot be judged
     * @throws Rejection {@code POLICY_CANNOT_READ} where the body is compressed; also where it has come whole, cannot be judged,
     *     and no error is given
     */
    static BackendClient.Answer of(
            BackendClient.Answer answer,
            ListedThings things,
            Withheld withheld,
            Aside aside,
            Optional<byte[]> error,
            Runnable refused) {
        if (!Header.values(answer.headers(), "Content-Encoding").stream()
                .allMatch(coding -> coding.strip().equalsIgnoreCase("identity"))) {
            throw Rejection.of(Reason.POLICY_CANNOT_READ);
        }
        boolean success = answer.status() < 300;
        BodyFilter filter = new AnswerHead(answer).isOfEvents()
                ? new EventFilter(things, withheld)
                : new WholeFilter(things, withheld, success && error.isPresent());
        FilteredBody body = new FilteredBody(answer.body(), filter, aside, error, refused);
        return new BackendClient.Answer(
                answer.status(), headers(answer), answer.body() instanceof WholeBody whole ? body.of(whole) : body);
    }

    private static List<Header> headers(BackendClient.Answer answer) {
        return answer.headers().stream()
                .filter(header -> !GONE.contains(header.name().toLowerCase(Locale.ROOT)))
                .toList();
    }
}
