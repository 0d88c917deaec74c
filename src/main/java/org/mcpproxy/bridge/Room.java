package org.mcpproxy.bridge;

import java.util.Set;
import org.mcpproxy.config.Backend;
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
    static BodyBudget of(RelayLimits.Sizes node, Set<Backend> backends) {
        long least = 2L * backends.stream().mapToInt(Room::longest).max().orElse(0);
        return new BodyBudget(Math.max(node.bodies(), least), Math.max(node.bodiesOfUser(), least));
    }

    private static int longest(Backend backend) {
        RelayLimits limits = backend.limits();
        return Math.max(limits.stdio().line(), limits.legacySse().event());
    }

    /** For one queue. */
    BodyBudget.Share share() {
        return all.share(owner);
    }
}
