package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.web.BodyBudget;

class OpenStreamsTest {

    private final OpenStreams streams = new OpenStreams(2, Duration.ofSeconds(15));

    @AfterEach
    void close() {
        streams.close();
    }

    @Test
    void noMoreAreUnderWayAtOnceThanAllowed() {
        assertThat(streams.enter()).isTrue();
        assertThat(streams.enter()).isTrue();
        assertThat(streams.enter()).isFalse();

        streams.leave();
        assertThat(streams.enter()).isTrue();
        assertThat(streams.enter()).isFalse();
    }

    @Test
    void whoEndsTwiceMakesRoomOnce() {
        Admission first = admission();
        admission();
        first.close();
        first.close();

        assertThat(streams.enter()).isTrue();
        assertThat(streams.enter()).isFalse();
    }

    @Test
    void whatIsUnderWayEndsWithTheServerAndNothingBegins() {
        Stream open = new Stream();
        streams.add(open);

        streams.close();

        assertThat(open.closed).isTrue();
        assertThat(streams.enter()).isFalse();
        assertThat(streams.add(new Stream())).isFalse();
    }

    private Admission admission() {
        streams.enter();
        return new Admission(streams::leave, new BodyBudget(1024, 1024).share("alice"));
    }

    private static final class Stream implements OpenStreams.Open {

        private boolean closed;

        @Override
        public void tick(Connections connections) {}

        @Override
        public void close() {
            closed = true;
        }
    }
}
