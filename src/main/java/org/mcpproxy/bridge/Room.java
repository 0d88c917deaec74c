package org.mcpproxy.bridge;

import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.web.BodyBudget;

/**
 * The memory for what waits: for a client to read it, for a server to take it, or for an answer. Each queue has a bound of
 * its own, but a user has many.
 *
 * @param owner whose queues share it
 */
record Room(BodyBudget all, String owner) {

    /** As much as request bodies have beside it, but for two of the longest messages in any case. */
    static BodyBudget of(RelayLimits limits) {
        long least = 2L * Math.max(limits.stdio().line(), limits.legacySse().event());
        return new BodyBudget(
                Math.max(limits.sizes().bodies(), least),
                Math.max(limits.sizes().bodiesOfUser(), least));
    }

    /** For one queue. */
    BodyBudget.Share share() {
        return all.share(owner);
    }
}
