package org.mcpproxy.bridge;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** How many processes there are, in all and of each holder. */
final class Places {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final RelayLimits.Stdio limits;
    private final Map<Holder, Integer> taken = new HashMap<>();
    private int all;

    Places(RelayLimits.Stdio limits) {
        this.limits = limits;
    }

    /** @throws Rejection {@code SERVER_FULL}, {@code CALLER_TOO_BUSY} */
    synchronized void take(Holder holder) {
        if (taken.getOrDefault(holder, 0) >= limits.processesOfUser()) {
            throw Rejection.until(Reason.CALLER_TOO_BUSY, SOON);
        }
        if (all >= limits.processes()) {
            throw Rejection.until(Reason.SERVER_FULL, SOON);
        }
        taken.merge(holder, 1, Integer::sum);
        all++;
    }

    synchronized void giveBack(Holder holder) {
        taken.computeIfPresent(holder, (known, count) -> count > 1 ? count - 1 : null);
        all--;
    }

    synchronized int taken() {
        return all;
    }
}
