package org.mcpproxy.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Bounds what strangers can make rows of. Counted once in a while: the bound is meant for floods, and need not be exact. */
final class Capacity {

    private static final Duration COUNT_HOLDS = Duration.ofSeconds(2);
    private static final Duration NEXT_TRY = Duration.ofMinutes(1);

    private final Database database;
    private final String count;
    private final int most;
    private final Clock clock;
    private volatile boolean full;
    private volatile Instant countAgain = Instant.MIN;

    /** @param count the statement that counts */
    Capacity(Database database, String count, int most, Clock clock) {
        this.database = database;
        this.count = count;
        this.most = most;
        this.clock = clock;
    }

    /** @throws Rejection {@code SERVER_FULL} */
    void require() {
        if (isFull()) {
            throw Rejection.until(Reason.SERVER_FULL, NEXT_TRY);
        }
    }

    boolean isFull() {
        Instant now = clock.instant();
        if (!now.isBefore(countAgain)) {
            countAgain = now.plus(COUNT_HOLDS);
            full = counted() >= most;
        }
        return full;
    }

    /** What was counted is no longer so. */
    void roomWasMade() {
        countAgain = Instant.MIN;
    }

    private long counted() {
        return database.with(handle -> handle.select(count).mapTo(Long.class).one());
    }
}
