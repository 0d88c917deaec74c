package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Waiting;

/** One user at the limit, and the others. */
class CallerLimitsIT {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    /** So few that none comes back, after ten seconds, before they are used. */
    private static final int PER_MINUTE = 6;

    private static RelaySystem system;

    @BeforeAll
    static void start() throws IOException {
        system = RelaySystem.start(
                "RELAY_CONCURRENT_PER_USER", "2", "RELAY_REQUESTS_PER_MINUTE", Integer.toString(PER_MINUTE));
    }

    @AfterAll
    static void stop() throws IOException {
        if (system != null) {
            system.close();
        }
    }

    @Test
    void aUserWithTooManyUnderWayComesAgainAndNobodyElse() {
        RelaySystem.Caller alice = system.caller("alice", "inspector");
        try (RawClient first = alice.post(PING);
                RawClient second = system.caller("alice", "cursor").post(PING)) {
            RawBackend.Request one = system.backend().next();
            RawBackend.Request other = system.backend().next();

            try (RawClient third = alice.post(PING)) {
                assertTooBusy(third);
            }
            assertServed(system.caller("bob", "inspector"));

            answer(one);
            answer(other);
            assertThat(first.status()).isEqualTo(200);
            assertThat(second.status()).isEqualTo(200);
            awaitServed("alice");
        }
    }

    @Test
    void aUserWhoSendsTooManyByOneClientComesAgain() {
        RelaySystem.Caller carol = system.caller("carol", "inspector");
        for (int i = 0; i < PER_MINUTE; i++) {
            assertServed(carol);
        }

        try (RawClient client = carol.post(PING)) {
            assertTooBusy(client);
        }
        assertServed(system.caller("carol", "cursor"));
    }

    private static void assertServed(RelaySystem.Caller caller) {
        try (RawClient client = caller.post(PING)) {
            answer(system.backend().next());
            assertThat(client.status()).isEqualTo(200);
        }
    }

    /** The client has its answer a moment before its place is free. */
    private static void awaitServed(String user) {
        CompletableFuture<Void> answering =
                CompletableFuture.runAsync(() -> answer(system.backend().next()));
        AtomicInteger clients = new AtomicInteger();
        Waiting.until("a place is free", Duration.ofSeconds(5), () -> {
            RelaySystem.Caller caller = system.caller(user, "client-" + clients.incrementAndGet());
            try (RawClient client = caller.post(PING)) {
                return client.status() == 200;
            }
        });
        answering.join();
    }

    private static void assertTooBusy(RawClient client) {
        assertThat(client.status()).isEqualTo(429);
        assertThat(client.head()).contains("Retry-After: ");
        assertThat(client.body()).contains("\"jsonrpc\":\"2.0\"", "too many requests under way");
    }

    private static void answer(RawBackend.Request request) {
        request.answer("200 OK\r\nContent-Type: application/json", "{}");
    }
}
