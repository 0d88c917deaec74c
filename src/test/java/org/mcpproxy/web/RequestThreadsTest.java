package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.system.Waiting;

class RequestThreadsTest {

    /** A quarter of 32 threads and 64 places to wait. */
    private static final int PART = 24;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RequestThreads threads = new RequestThreads();
    private final CountDownLatch oktaAnswers = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch served = new CountDownLatch(1);

    @AfterEach
    void stop() {
        oktaAnswers.countDown();
        end.countDown();
        threads.close();
    }

    @Test
    void whoeverHasFilledTheirPartIsRefusedAndAnotherIsServed() {
        fill("alice", this::askOkta);

        assertRefused(Reason.CALLER_TOO_BUSY, () -> threads.runForOkta("alice", served::countDown));
        assertThat(threads.runForOkta("bob", served::countDown)).isTrue();
        await(served);
    }

    @Test
    void aPlaceIsGivenBackAfterWhatSucceeds() {
        fill("alice", this::askOkta);

        oktaAnswers.countDown();

        assertAllPlacesAreFree();
    }

    @Test
    void aPlaceIsGivenBackAfterWhatFails() {
        fill("alice", () -> {
            askOkta();
            throw new IllegalStateException();
        });

        oktaAnswers.countDown();

        assertAllPlacesAreFree();
    }

    @Test
    void whoFindsNoRoomTakesNoPlace() {
        List.of("alice", "bob", "carol", "dave").forEach(holder -> fill(holder, this::askOkta));

        for (int i = 0; i <= PART; i++) {
            assertThat(threads.runForOkta("erin", () -> {})).isFalse();
        }
    }

    @Test
    void tenLargeMessagesOfOneLetAnothersComeSecond() {
        List<String> read = new CopyOnWriteArrayList<>();
        CountDownLatch allCame = new CountDownLatch(1);
        CountDownLatch allRead = new CountDownLatch(11);
        Stream.concat(Collections.nCopies(10, "alice").stream(), Stream.of("bob"))
                .forEach(holder -> threads.runLarge(holder, () -> {
                    await(allCame);
                    read.add(holder);
                    allRead.countDown();
                }));

        allCame.countDown();
        await(allRead);

        assertThat(read).startsWith("alice", "bob").hasSize(11);
    }

    /** The attack: not to read. */
    @Test
    void whoDoesNotReadTakesFourThreadsOfThoseThatWrite() {
        assertOneTakesNoMoreThan(4, threads::runWriting);
    }

    /** The attack: to name many sessions that nobody has, while the store is slow. */
    @Test
    void oneTakesAQuarterOfTheThreadsThatWaitForTheStore() {
        assertOneTakesNoMoreThan(8, threads::runWaiting);
    }

    private void assertOneTakesNoMoreThan(int most, BiPredicate<String, Runnable> run) {
        AtomicInteger running = new AtomicInteger();
        for (int i = 0; i < 200; i++) {
            assertThat(run.test("alice", () -> {
                        running.incrementAndGet();
                        await(end);
                    }))
                    .isTrue();
        }
        for (int i = 0; i < 20; i++) {
            CountDownLatch ofBob = new CountDownLatch(1);
            assertThat(run.test("bob", ofBob::countDown)).isTrue();
            await(ofBob);
        }
        Waiting.until("as many run as may", PATIENCE, () -> running.get() >= most);
        assertThat(running).hasValue(most);
    }

    private void fill(String holder, Runnable work) {
        for (int i = 0; i < PART; i++) {
            assertThat(threads.runForOkta(holder, work)).isTrue();
        }
    }

    private void assertAllPlacesAreFree() {
        for (int i = 0; i < PART; i++) {
            Waiting.until("a place is free", PATIENCE, this::isTakenAgain);
        }
        assertThat(isTakenAgain()).isFalse();
    }

    private boolean isTakenAgain() {
        try {
            return threads.runForOkta("alice", () -> await(end));
        } catch (Rejection e) {
            return false;
        }
    }

    private void askOkta() {
        await(oktaAnswers);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
