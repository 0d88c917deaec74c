package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LingeringCloseTest {

    private final AtomicInteger completed = new AtomicInteger();
    private Runnable late;
    private final LingeringClose closing = new LingeringClose(response(), new AtOnce(), completed::incrementAndGet);

    @Test
    void aRequestEndsOnceItIsAnsweredAndNothingMoreComesInWhateverOrder() {
        closing.answered();
        assertThat(completed).hasValue(0);

        closing.received();
        assertThat(completed).hasValue(1);

        LingeringClose other = new LingeringClose(response(), new AtOnce(), completed::incrementAndGet);
        other.received();
        other.answered();
        assertThat(completed).hasValue(2);
    }

    /** Its client went on the way: the container says so more than once. */
    @Test
    void aRequestThatWasNotRefusedIsNotEndedHere() {
        closing.received();
        closing.received();

        assertThat(completed).hasValue(0);
    }

    @Test
    void aClientThatGoesOnSendingHasItsTimeAndNoMore() {
        closing.answered();
        late.run();
        closing.received();

        assertThat(completed).hasValue(1);
    }

    private final class AtOnce extends RequestThreads {

        @Override
        public boolean run(Runnable work) {
            work.run();
            return true;
        }

        @Override
        public Future<?> after(Duration delay, Runnable work) {
            late = work;
            return new CompletableFuture<>();
        }
    }

    private static HttpServletResponse response() {
        return (HttpServletResponse) Proxy.newProxyInstance(
                LingeringCloseTest.class.getClassLoader(),
                new Class<?>[] {HttpServletResponse.class},
                (proxy, method, arguments) -> new Output());
    }

    private static final class Output extends ServletOutputStream {

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(int value) {
            throw new UnsupportedOperationException();
        }
    }
}
