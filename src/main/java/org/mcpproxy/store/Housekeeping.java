package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.Failures;

/** Tidies the store up, on one node at a time: in small parts, so that nobody waits for it, and so many in a round. */
@Singleton
public class Housekeeping {

    /** So often, because the answer that is kept for a repeated refresh goes soon after its grace. */
    static final Duration INTERVAL = Duration.ofSeconds(15);

    /** So soon, where a round did not do all there was: the store must not grow faster than it is tidied up. */
    private static final Duration SOON = Duration.ofMillis(200);

    static final int MOST_PARTS = 20;

    private static final String LEASE = "housekeeping";

    /** Longer than the longest part, in which a revocation at Okta may wait for a refresh there; renewed before each. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private static final Logger LOG = System.getLogger(Housekeeping.class.getName());

    private final List<Chore> chores;
    private final Leases leases;
    private final String holder;
    private volatile boolean moreToDo;

    @Inject
    public Housekeeping(Chores chores, Leases leases, RandomGenerator random) {
        this(chores.all(), leases, Secret.random(random).value());
    }

    Housekeeping(List<Chore> chores, Leases leases, String holder) {
        this.chores = chores;
        this.leases = leases;
        this.holder = holder;
    }

    /**
     * One round, unless another node is at it.
     *
     * @throws Rejection {@code STORE_UNAVAILABLE}
     */
    void round() {
        moreToDo = false;
        if (isOurs()) {
            try {
                chores.forEach(chore -> moreToDo |= leavesMore(chore));
            } finally {
                leases.release(LEASE, holder);
            }
        } else {
            leases.touch(LEASE);
        }
    }

    /** When the next round is due: soon, where this one has left something to do. */
    Duration pause() {
        return moreToDo ? SOON : INTERVAL;
    }

    /** Whatever goes wrong with one, the others are done. That the database is lost, its status says. */
    private boolean leavesMore(Chore chore) {
        try {
            int parts = 0;
            while (parts < chore.mostParts() && isOurs() && chore.part()) {
                parts++;
            }
            return parts == chore.mostParts();
        } catch (Rejection e) {
            LOG.log(Level.DEBUG, "Housekeeping came to nothing at {0}: {1}", chore.name(), e.reason());
        } catch (RuntimeException e) {
            Failures.log("Housekeeping at " + chore.name(), e);
        }
        return false;
    }

    private boolean isOurs() {
        return leases.tryAcquire(LEASE, holder, LONGEST);
    }
}
