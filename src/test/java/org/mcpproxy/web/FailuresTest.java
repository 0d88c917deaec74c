package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;

class FailuresTest {

    private final Logger logger = Logger.getLogger(Failures.class.getName());
    private final Kept log = new Kept();

    @BeforeEach
    void listen() {
        logger.addHandler(log);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void leave() {
        logger.removeHandler(log);
        logger.setUseParentHandlers(true);
    }

    /** Parsers quote their input in their messages. */
    @Test
    void aFailureIsLoggedWithItsPlaceAndItsRequestAndWithoutAnyMessage() {
        Failures.log(
                Samples.TRAIL,
                new IllegalStateException("Unexpected: a-secret", new IOException("Cannot parse a-secret")));

        assertThat(log.text())
                .contains(Samples.TRAIL.requestId(), "IllegalStateException", "IOException", "FailuresTest")
                .doesNotContain("a-secret");
    }

    private static final class Kept extends Handler {

        private final List<LogRecord> records = new ArrayList<>();

        String text() {
            StringWriter text = new StringWriter();
            for (LogRecord logged : records) {
                text.append(logged.getMessage());
                logged.getThrown().printStackTrace(new PrintWriter(text, true));
            }
            return text.toString();
        }

        @Override
        public void publish(LogRecord logged) {
            records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
