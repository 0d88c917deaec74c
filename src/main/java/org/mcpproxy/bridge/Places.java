package org.mcpproxy.bridge;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** How many conversations there are, in all and of each holder. */
final class Places {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final int most;
    private final int mostOfHolder;
    private final Reason full;
    private final Map<Holder, Integer> taken = new HashMap<>();
    private int all;

    /**
     * @param most in all
     * @param mostOfHolder of each holder
     * @param full why there is no more room for anybody
     */
    Places(int most, int mostOfHolder, Reason full) {
        this.most = most;
        this.mostOfHolder = mostOfHolder;
        this.full = full;
    }

    /** @throws Rejection as {@code full} says, or {@code CALLER_TOO_BUSY} */
    synchronized void take(Holder holder) {
        if (taken.getOrDefault(holder, 0) >= mostOfHolder) {
            throw Rejection.until(Reason.CALLER_TOO_BUSY, SOON);
        }
        if (all >= most) {
            throw Rejection.until(full, SOON);
        }
        taken.merge(holder, 1, Integer::sum);
        all++;
    }

    synchronized void giveBack(Holder holder) {
        taken.computeIfPresent(holder, (known, count) -> count > 1 ? count - 1 : null);
        all--;
    }

    /** How many there may be in all. */
    int most() {
        return most;
    }

    synchronized int taken() {
        return all;
    }
}
