package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Work that lets others of its holder in while it runs, as if it waited on a thread of its own. */
class HolderThreadsTest {

    private final List<Runnable> started = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final HolderThreads threads = new HolderThreads(started::add, 3, 2);

    @Test
    void whatWaitsOfOneHolderHoldsUpNoOther() {
        for (int i = 1; i <= 4; i++) {
            threads.add("ada", waiting("ada " + i));
        }
        threads.add("bob", done("bob"));
        start();

        assertThat(done).startsWith("bob").hasSize(5);
    }

    @Test
    void noMoreRunThanThereMay() {
        for (String holder : List.of("ada", "bob", "carol", "dan")) {
            threads.add(holder, waiting(holder));
        }

        assertThat(started).hasSize(3);
    }

    @Test
    void noMoreOfOneHolderRunThanThereMay() {
        for (int i = 1; i <= 3; i++) {
            threads.add("ada", waiting("ada " + i));
        }
        start();

        // the third when the second has left
        assertThat(done).containsExactly("late ada 2", "late ada 3", "late ada 1");
    }

    @Test
    void noThreadIsBegunForWhoHasTheirPart() {
        threads.add("ada", this::start);
        threads.add("ada", () -> {
            threads.add("ada", done("ada 3"));
            assertThat(started).isEmpty();
        });
        start();

        assertThat(done).containsExactly("ada 3");
    }

    @Test
    void oneThreadDoesAllThatWaitsInTurnsByHolder() {
        threads.add("ada", () -> {
            done.add("ada 1");
            threads.add("ada", done("ada 2"));
            threads.add("ada", done("ada 3"));
            threads.add("bob", done("bob 1"));
        });
        started.remove(0).run();

        assertThat(done).containsExactly("ada 1", "ada 2", "bob 1", "ada 3");
    }

    @Test
    void whatFailsTakesNoPlaceWithIt() {
        for (int i = 0; i < 5; i++) {
            threads.add("ada", () -> {
                throw new StackOverflowError();
            });
            assertThatThrownBy(started.remove(0)::run).isInstanceOf(StackOverflowError.class);
        }
        threads.add("ada", done("ada"));
        start();

        assertThat(done).containsExactly("ada");
    }

    @Test
    void whatIsNotTakenIsNotKept() {
        HolderThreads over = new HolderThreads(
                work -> {
                    throw new RejectedExecutionException();
                },
                1,
                1);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> over.add("ada", done("ada"))).isInstanceOf(RejectedExecutionException.class);
        }
        assertThat(done).isEmpty();
    }

    @Test
    void whereNoThreadIsToBeHadItIsRefusedAndTakesNoPlace() {
        AtomicBoolean full = new AtomicBoolean(true);
        HolderThreads few = new HolderThreads(
                work -> {
                    if (full.get()) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    work.run();
                },
                1,
                1);
        assertThatThrownBy(() -> few.add("ada", done("ada"))).isInstanceOf(RejectedExecutionException.class);

        full.set(false);
        few.add("ada", done("later"));
        assertThat(done).containsExactly("later");
    }

    /** What is refused is done by whoever asked: what has been done would be done twice. */
    @Test
    void whatAnotherThreadHasTakenMeanwhileIsNotRefused() {
        assertThatItIsTakenMeanwhile(() -> {
            throw new RejectedExecutionException();
        });
        assertThatItIsTakenMeanwhile(() -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
    }

    private void assertThatItIsTakenMeanwhile(Runnable refusal) {
        done.clear();
        HolderThreads racing = new HolderThreads(
                work -> {
                    if (started.isEmpty()) {
                        started.add(work);
                    } else {
                        start();
                        refusal.run();
                    }
                },
                2,
                2);
        racing.add("ada", done("ada 1"));
        racing.add("ada", done("ada 2"));
        assertThat(done).containsExactly("ada 1", "ada 2");
    }

    /** Each thread that was begun, each until it waits. */
    private void start() {
        while (!started.isEmpty()) {
            started.remove(0).run();
        }
    }

    private Runnable done(String what) {
        return () -> done.add(what);
    }

    /** While it runs, others do: those that were begun. */
    private Runnable waiting(String what) {
        return () -> {
            start();
            done.add("late " + what);
        };
    }
}
