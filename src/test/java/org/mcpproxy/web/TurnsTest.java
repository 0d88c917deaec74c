package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class TurnsTest {

    /** What the thread has to do; it does so when a test says so. */
    private final Queue<Runnable> thread = new ArrayDeque<>();

    private final List<String> done = new ArrayList<>();
    private final Turns turns = new Turns(this::execute);
    private boolean stopped;

    @Test
    void holdersTakeTurnsAndKeepTheirOwnOrder() {
        add("alice", "a1");
        add("alice", "a2");
        add("alice", "a3");
        add("bob", "b1");
        add("bob", "b2");
        add("carol", "c1");

        runAll();

        assertThat(done).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
    }

    @Test
    void whoeverComesDuringAnothersTurnIsNext() {
        turns.add("alice", () -> {
            add("alice", "a2");
            add("bob", "b1");
        });

        runAll();

        assertThat(done).containsExactly("b1", "a2");
    }

    @Test
    void aTurnIsOverWhereItsWorkFailsToo() {
        turns.add("alice", () -> {
            throw new IllegalStateException();
        });
        add("alice", "a2");
        add("bob", "b1");

        assertThatThrownBy(this::runAll).isInstanceOf(IllegalStateException.class);
        runAll();

        assertThat(done).containsExactly("b1", "a2");
    }

    @Test
    void whoComesBackHasNoTurnBeforeOthers() {
        add("alice", "a1");
        add("bob", "b1");
        runOne();
        add("alice", "a2");

        runAll();

        assertThat(done).containsExactly("a1", "b1", "a2");
    }

    @Test
    void whatTheThreadRefusesTakesNoTurn() {
        add("alice", "a1");
        stopped = true;

        assertThatThrownBy(() -> add("alice", "a2")).isInstanceOf(RejectedExecutionException.class);
        stopped = false;
        add("bob", "b1");
        add("alice", "a3");
        runAll();

        assertThat(done).containsExactly("a1", "b1", "a3");
    }

    private void execute(Runnable work) {
        if (stopped) {
            throw new RejectedExecutionException();
        }
        thread.add(work);
    }

    private void add(String holder, String name) {
        turns.add(holder, () -> done.add(name));
    }

    private void runAll() {
        while (!thread.isEmpty()) {
            runOne();
        }
    }

    private void runOne() {
        thread.remove().run();
    }
}
