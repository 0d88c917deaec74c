package org.mcpproxy.web;

/** Something that must have loaded before this node can serve. Every bean of this type takes part. */
public interface ReadinessPart {

    /** How a part stands. */
    enum State {
        /** Not yet; the node is not ready. */
        LOADING,
        WELL,
        /** Lost for now; the node serves what it still can, and stays ready. */
        DEGRADED
    }

    /** Its name in the health response's data, such as {@code okta}. */
    String name();

    /** Answers from memory, at once. Never {@code LOADING} again once loaded. */
    State state();
}
