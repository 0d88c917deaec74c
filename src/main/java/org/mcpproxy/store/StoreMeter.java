package org.mcpproxy.store;

import io.prometheus.metrics.core.metrics.Histogram;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.metrics.Label;
import org.mcpproxy.metrics.Meters;

/** Times what is asked of the database. */
@Singleton
public class StoreMeter {

    /** In seconds. */
    private static final double[] BOUNDS = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10};

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How it came out. */
    enum Outcome {
        /** Whatever we then made of it. */
        ANSWERED,
        /** A row that somebody held for too long, or a statement that took too long. */
        BUSY,
        /** No connection, or an error of the database itself. */
        LOST,
        /** A mistake of ours. */
        FAILED
    }

    private final Histogram work;
    private final Histogram waits;

    @Inject
    public StoreMeter(Meters meters) {
        work = meters.histogram(
                "database_seconds", "Time of work in the database, with its repetitions.", BOUNDS, "outcome");
        waits = meters.histogram(
                "database_wait_seconds",
                "Time that was waited for one of the connections, where none was free; outcome says whether one came.",
                BOUNDS,
                "outcome");
    }

    /** For a database that nobody watches. */
    static StoreMeter unwatched() {
        return new StoreMeter(new Meters());
    }

    /** @param since {@link System#nanoTime} when it began */
    void worked(Outcome outcome, long since) {
        work.labelValues(Label.of(outcome)).observe(secondsSince(since));
    }

    /** As {@link #worked}. */
    void waited(boolean found, long since) {
        waits.labelValues(found ? "found" : "given_up").observe(secondsSince(since));
    }

    private static double secondsSince(long since) {
        return (System.nanoTime() - since) / NANOS;
    }
}
