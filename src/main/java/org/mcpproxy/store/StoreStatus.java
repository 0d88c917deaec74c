package org.mcpproxy.store;

import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether the store has been opened, and whether the database is lost: from any failure until it has taken a write. Where
 * the disk is full reads go well, and would hide that. Housekeeping's lease is a write every few seconds.
 */
@Singleton
public class StoreStatus {

    private static final Logger LOG = System.getLogger(StoreStatus.class.getName());

    private final AtomicBoolean lost = new AtomicBoolean();
    private final Breaker breaker = new Breaker();
    private volatile Optional<H2File> file = Optional.empty();
    private volatile boolean open;
    private volatile boolean refused;

    /** Whether the tables are up to date and our secrets fit them. */
    boolean isOpen() {
        return open;
    }

    void opened() {
        open = true;
    }

    /** It is kept in this file. */
    void in(H2File file) {
        this.file = Optional.of(file);
    }

    /** Whether there is room for a write. Where there is none the database is lost until it has taken one. */
    boolean hasRoom() {
        boolean room = file.map(H2File::hasRoom).orElse(true);
        if (!room) {
            lost("less than DATABASE_RESERVE_MB is free on its disk");
        }
        return room;
    }

    /** Whether our secrets do not fit what is sealed there. Nothing mends that but another start. */
    boolean isRefused() {
        return refused;
    }

    /** From now on nothing is read or written: what this node seals nobody else could open. */
    void refused() {
        refused = true;
        open = false;
    }

    boolean isLost() {
        return lost.get();
    }

    Breaker breaker() {
        return breaker;
    }

    /** Rows were changed. An end of a loss is logged once. */
    void written() {
        if (lost.get() && lost.getAndSet(false)) {
            LOG.log(Level.INFO, "The database takes what it is given again");
        }
    }

    /**
     * A loss is logged once.
     *
     * @param why without values that were sent
     */
    void lost(String why) {
        if (!lost.getAndSet(true)) {
            LOG.log(Level.WARNING, "The database is lost: {0}", why);
        }
    }
}
