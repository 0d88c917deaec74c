package org.mcpproxy.bridge;

import org.mcpproxy.web.BodyBudget;

/**
 * What has come of a message whose end has not: a server may begin long ones on many connections, and end none. A short one
 * needs no room, so that nobody's server is ended for what others hold.
 */
final class Unfinished {

    /** In bytes. */
    private static final int SHORT = 64 * 1024;

    private final BodyBudget.Share room;

    Unfinished(BodyBudget.Share room) {
        this.room = room;
    }

    /**
     * @param bytes that have come of it
     * @throws BadLineException where there is no room for them
     */
    void holds(int bytes) {
        boolean held = room.hold(bytes > SHORT ? bytes : 0);
        if (bytes > SHORT && !held) {
            throw new BadLineException("a long message that there is no room for");
        }
    }

    void close() {
        room.close();
    }
}
