package org.mcpproxy.bridge;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.Header;

/** Carries JSON-RPC messages to one MCP server and back, in order. */
interface Channel {

    /**
     * Sends all of these or none, without waiting.
     *
     * @param messages but for those that are withdrawn before it begins to send them
     * @param headers of the request that they came with, and the credential of its caller
     * @param undelivered told, maybe more than once, where the server turns out not to have taken one of them
     * @return false where the server has not taken what was sent before, or is gone
     */
    boolean send(List<Outgoing> messages, List<Header> headers, Consumer<Rejection> undelivered);

    /**
     * Sends one before all that it has not begun to send, where order is not its own, without waiting. Where it does not
     * arrive, nobody is told.
     */
    void sendAtOnce(String message, List<Header> headers);

    /** Ends the server's part, without waiting. */
    void close();

    /** Done once nothing is left of it. */
    CompletableFuture<Void> ended();

    /** Who hears what the server says, one call at a time. */
    interface Receiver {

        /** One message, as the server wrote it. */
        void message(String text);

        /** Nothing comes any more. Called once, or more often. */
        void closed(Reason why);
    }
}
