package org.mcpproxy.web;

/** Something that must have loaded before this node can serve. Every bean of this type takes part. */
public interface ReadinessPart {

    /** How a part stands. */
    enum State {
        /** Not yet; the node is not ready. */
        LOADING(false),
        WELL(true),
        /** Lost for now; the node serves what it still can, and stays ready. */
        DEGRADED(true),
        /** Lost for so long that the node can no longer serve; it is not ready until that is over. */
        DOWN(false);

        private final boolean ready;

        State(boolean ready) {
            this.ready = ready;
        }

        public boolean isReady() {
            return ready;
        }
    }

    /** Its name in the health response's data, such as {@code okta}. */
    String name();

    /** Answers from memory, at once. Never {@code LOADING} again once loaded. */
    State state();
}
