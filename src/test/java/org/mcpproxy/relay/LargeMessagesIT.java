package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.ProxySystem;

/** One user's large messages: to read them takes time, and nobody else's. */
@Tag("alone")
class LargeMessagesIT {

    private static final int MESSAGES = 24;
    private static final int KEYS = 150_000;
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

    /** Some are through before the last has been sent. */
    private static final int FEW = MESSAGES / 2;

    @Test
    void manyLargeMessagesOfOneHoldNobodyElseUp() throws IOException {
        String large = IntStream.range(0, KEYS)
                .mapToObj(i -> "\"k" + i + "\":0")
                .collect(Collectors.joining(",", "{\"jsonrpc\":\"2.0\",\"id\":1,\"params\":{", ""));
        ExecutorService threads = Executors.newFixedThreadPool(MESSAGES);
        try (RelaySystem system = RelaySystem.start(ProxySystem.plan().optimized())) {
            RelaySystem.Caller alice = system.caller("alice", "inspector");
            RelaySystem.Caller bob = system.caller("bob", "inspector");
            Semaphore sent = new Semaphore(0);
            List<CompletableFuture<Integer>> answers = Stream.generate(() -> CompletableFuture.supplyAsync(
                            () -> {
                                try (RawClient client = alice.post(large)) {
                                    sent.release();
                                    return client.status();
                                }
                            },
                            threads))
                    .limit(MESSAGES)
                    .toList();
            sent.acquireUninterruptibly(MESSAGES);

            try (RawClient client = bob.post("no JSON")) {
                assertThat(client.status()).isEqualTo(400);
            }
            assertThat(RawClient.send(system.port(), "POST", "/oauth2/v1/token", "client_id=none", FORM)
                            .status())
                    .isEqualTo(401);

            assertThat(answers).filteredOn(CompletableFuture::isDone).hasSizeLessThan(FEW);
            assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(400);
        } finally {
            threads.shutdownNow();
        }
    }
}
