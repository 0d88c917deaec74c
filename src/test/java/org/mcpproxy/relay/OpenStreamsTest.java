package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.fixture.Samples;
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

    @Test
    void theClockIsAsFastAsTheShortestHeartbeatOfAnyBackendNeeds() {
        Backend usual = Samples.backend("usual");
        RelayLimits limits = usual.limits();
        RelayLimits.Times times = limits.times();
        RelayLimits.Times brief = new RelayLimits.Times(
                times.body(), times.connect(), times.firstByte(), Duration.ofMillis(80), times.idle(), times.answer());
        Backend quick = new Backend(
                "quick",
                usual.url(),
                usual.credential(),
                usual.headers(),
                usual.transport(),
                new RelayLimits(limits.sizes(), limits.counts(), brief));

        assertThat(OpenStreams.shortestHeartbeat(Backends.of(Optional.of(usual), List.of(quick))))
                .isEqualTo(Duration.ofMillis(80));
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
