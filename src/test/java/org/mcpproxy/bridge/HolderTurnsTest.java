package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Waiting;

class HolderTurnsTest {

    private final HolderTurns turns = new HolderTurns();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** The attack: one sends many, and another comes after them. */
    @Test
    void whoeverComesWaitsForOneOfEachOther() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        begin("ada", () -> await(first));
        for (String holder : List.of("ada", "ada", "bob", "bob", "eve")) {
            begin(holder, () -> done.add(holder));
        }

        first.countDown();
        for (Thread thread : threads) {
            thread.join(Said.PATIENCE.toMillis());
        }

        assertThat(done.subList(0, 2)).containsExactly("bob", "eve");
        assertThat(done.subList(2, 5)).containsExactlyInAnyOrder("ada", "ada", "bob");
    }

    @Test
    void aFailureEndsATurn() {
        assertThatThrownBy(() -> turns.inTurn("ada", () -> {
                    throw new BadLineException("no message");
                }))
                .isInstanceOf(BadLineException.class);

        assertThat(turns.<String>inTurn("bob", () -> "done")).isEqualTo("done");
    }

    /** Goes on once it waits. */
    private void begin(String holder, Runnable work) {
        Thread thread = new Thread(() -> turns.inTurn(holder, () -> {
            work.run();
            return holder;
        }));
        threads.add(thread);
        thread.start();
        Waiting.until("it waits", Said.PATIENCE, () -> thread.getState() == Thread.State.WAITING);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
