package org.mcpproxy.store;

/** Something to tidy up in the store, a small part at a time. */
interface Chore {

    /** For the log. */
    String name();

    /**
     * Does a part of it.
     *
     * @return whether there may be more of it to do now
     */
    boolean part();
}
