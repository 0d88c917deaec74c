package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.mcpproxy.relay.Header;
import org.mcpproxy.web.BodyBudget;

/** What waits because the server has not named its endpoint yet. */
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

    private static boolean add(LegacySsePosts to, int length) {
        return to.add(List.of("{}"), List.of(new Header("X-Filler", "x".repeat(length))), why -> {});
    }

    private LegacySsePosts posts(String user) {
        return new LegacySsePosts(
                (method, url, headers, body) -> {
                    throw new AssertionError("Nothing is posted before there is an endpoint");
                },
                endpoint,
                Duration.ofSeconds(20),
                memory.share(user),
                Runnable::run,
                () -> {});
    }
}
