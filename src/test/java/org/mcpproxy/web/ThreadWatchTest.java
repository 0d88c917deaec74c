package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** With an executor that runs nothing by itself. */
class ThreadWatchTest {

    private static final int ALL = 64;
    private static final int FEWEST = 4;

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final HeldThreads held = new HeldThreads(work -> {}, Duration.ofMinutes(1));
    private boolean broken;
    private long now;
    private long processorTime;
    private final ThreadWatch watch = new ThreadWatch(this::take, held, ALL, FEWEST, () -> now, () -> processorTime);

    @Test
    void holdsNoneBeforeItHasBeenCalm() {
        for (long end = now + ThreadWatch.CALM.toNanos(); now < end; ) {
            lookAfter(ThreadWatch.SOON);
            waiting.remove().run();
        }

        assertThat(awake()).isEqualTo(ALL);
    }

    @Test
    void holdsSomeWithEachLookUntilTheFewestAreAwake() {
        lookAfter(ThreadWatch.CALM.plusNanos(1));
        waiting.remove().run();
        assertThat(awake()).isBetween(ALL - 8, ALL - 1);

        settle();
        assertThat(awake()).isEqualTo(FEWEST);
    }

    @Test
    void wakesAsManyAgainWithEachLookThatFindsWorkWaiting() {
        settle();
        watch.look();
        lookAfter(ThreadWatch.SOON);
        assertThat(awake()).isEqualTo(2 * FEWEST);

        lookAfter(ThreadWatch.SOON);
        assertThat(awake()).isEqualTo(4 * FEWEST);

        for (int i = 0; i < 10; i++) {
            lookAfter(ThreadWatch.SOON);
        }
        assertThat(awake()).isEqualTo(ALL);
    }

    @Test
    void wakesNoneForWorkThatWaitsForAProcessor() {
        settle();
        watch.look();
        processorTime += ThreadWatch.SOON.toNanos();
        lookAfter(ThreadWatch.SOON);

        assertThat(awake()).isEqualTo(FEWEST);
    }

    @Test
    void wakesThemInAnyCaseForWorkThatWaitsForLong() {
        settle();
        watch.look();
        processorTime += ThreadWatch.LATE.toNanos();
        lookAfter(ThreadWatch.LATE);

        assertThat(awake()).isEqualTo(2 * FEWEST);
    }

    @Test
    void holdsThemAgainWhenItHasBeenCalm() {
        settle();
        watch.look();
        lookAfter(ThreadWatch.SOON);
        waiting.remove().run();
        lookAfter(ThreadWatch.CALM);
        waiting.remove().run();
        assertThat(awake()).isEqualTo(2 * FEWEST);

        settle();
        assertThat(awake()).isEqualTo(FEWEST);
    }

    @Test
    void letsGoOfAllForGoodWhereItCannotLook() {
        settle();
        broken = true;
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(watch::look);

        held.hold(1);
        assertThat(awake()).isEqualTo(ALL);
    }

    private void take(Runnable work) {
        if (broken) {
            throw new IllegalStateException("The application has ended");
        }
        waiting.add(work);
    }

    private void settle() {
        lookAfter(ThreadWatch.CALM.plusNanos(1));
        for (int i = 0; i < ALL; i++) {
            waiting.remove().run();
            lookAfter(ThreadWatch.SOON);
        }
        waiting.remove().run();
    }

    private int awake() {
        return ALL - held.count();
    }

    private void lookAfter(Duration time) {
        now += time.toNanos();
        watch.look();
    }
}
