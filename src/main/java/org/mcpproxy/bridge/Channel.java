package org.mcpproxy.bridge;

import java.util.List;

/** Carries JSON-RPC messages to one MCP server and back, in order. */
interface Channel {

    /**
     * Sends all of these or none, without waiting.
     *
     * @param messages without line ends
     * @return false where the server has not taken what was sent before, or is gone
     */
    boolean send(List<String> messages);

    /** Ends the server's part, without waiting. */
    void close();

    /** Who hears what the server says, one call at a time. */
    interface Receiver {

        /** One message, as the server wrote it. */
        void message(String text);

        /** Nothing comes any more. Called once, or more often. */
        void closed();
    }
}
