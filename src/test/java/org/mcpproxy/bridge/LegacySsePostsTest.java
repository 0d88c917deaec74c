package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;
import org.mcpproxy.web.BodyBudget;

/** What waits because the server has not named its endpoint yet, or does not read. */
class LegacySsePostsTest {

    private final BodyBudget memory = new BodyBudget(10_000_000, 2_500_000);
    private final CompletableFuture<URI> endpoint = new CompletableFuture<>();
    private final LegacySsePosts posts = posts("ada");

    /** The attack: short messages with headers as long as they may be. */
    @Test
    void theHeadersOfWhatWaitsCount() {
        int waiting = 0;
        while (waiting < 1_000 && add(posts, 30_000)) {
            waiting++;
        }
        assertThat(waiting).isEqualTo(35);
        assertThat(memory.held()).isBetween(35 * 30_000L, 35 * 30_100L);
        posts.close();
        assertThat(memory.held()).isZero();
    }

    @Test
    void theyCountForAllSessionsOfAUser() {
        int waiting = 0;
        for (int session = 0; session < 10; session++) {
            LegacySsePosts one = posts("ada");
            while (waiting < 1_000 && add(one, 30_000)) {
                waiting++;
            }
        }
        assertThat(waiting).isEqualTo(83);
        assertThat(add(posts("bob"), 30_000)).isTrue();
    }

    /** Else the cancellation of a request could come to the server before it. */
    @Test
    void aMessageIsSentOnceItIsWrittenAndNotBefore() {
        CompletableFuture<Void> written = new CompletableFuture<>();
        LegacySsePosts posting = posts("ada", (method, url, headers, body) -> new Posted(written));
        Outgoing message = new Outgoing("{}");
        posting.add(List.of(message), List.of(), why -> {});
        endpoint.complete(URI.create("http://localhost/messages"));

        assertThat(message.withdraw()).isFalse();
        assertThat(message.sent().toCompletableFuture()).isNotDone();
        written.complete(null);
        assertThat(message.sent().toCompletableFuture()).isDone();
    }

    @Test
    void whatCannotBePostedIsToldOfAndTheNextIsPosted() {
        List<Reason> told = new ArrayList<>();
        LegacySsePosts posting = posts("ada", (method, url, headers, body) -> {
            throw new IllegalArgumentException();
        });
        posting.add(List.of(new Outgoing("1"), new Outgoing("2")), List.of(), why -> told.add(why.reason()));

        endpoint.complete(URI.create("http://localhost/messages"));

        assertThat(told).containsExactly(Reason.BACKEND_UNAVAILABLE, Reason.BACKEND_UNAVAILABLE);
        assertThat(memory.held()).isZero();
    }

    @Test
    void whatIsWithdrawnIsNeverPostedAndHoldsNothingOnceItsTurnHasCome() {
        Outgoing message = new Outgoing("{}");
        posts.add(List.of(message), List.of(), why -> {});

        assertThat(message.withdraw()).isTrue();
        endpoint.complete(URI.create("http://localhost/messages"));

        assertThat(memory.held()).isZero();
    }

    /** Never answered. */
    private record Posted(CompletableFuture<Void> sent) implements BackendClient.Call {

        @Override
        public CompletionStage<BackendClient.Answer> answer() {
            return new CompletableFuture<>();
        }

        @Override
        public void cancel() {
            // It has no answer to give up.
        }
    }

    private static boolean add(LegacySsePosts to, int length) {
        return to.add(List.of(new Outgoing("{}")), List.of(new Header("X-Filler", "x".repeat(length))), why -> {});
    }

    private LegacySsePosts posts(String user) {
        return posts(user, (method, url, headers, body) -> {
            throw new AssertionError("Nothing of this is posted");
        });
    }

    private LegacySsePosts posts(String user, BackendClient http) {
        return new LegacySsePosts(http, endpoint, Duration.ofSeconds(20), memory.share(user), Runnable::run, () -> {});
    }
}
