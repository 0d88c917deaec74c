package org.mcpproxy.store;

/** Something to tidy up in the store, a small part at a time. */
interface Chore {

    /** For the log. */
    String name();

    /** How many parts of it are done in one round, before the others have their turn. */
    default int mostParts() {
        return Housekeeping.MOST_PARTS;
    }

    /**
     * Does a part of it.
     *
     * @return whether there may be more of it to do now
     */
    boolean part();
}
