package org.mcpproxy.grant;

import java.util.List;
import java.util.function.Consumer;
import org.mcpproxy.client.Client;

/**
 * The registrations of clients, each of which its client may change and remove itself (RFC 7592). All here asks for the
 * hash of the client's newest registration access token, and takes effect whole or not at all: of several who come with one
 * token at the same moment, wherever, one is first, and for the others nothing changes.
 */
public interface Registrations {

    /** Puts a new registration access token in the place of the one that was used. False where that was not the newest. */
    boolean rotate(String clientId, String tokenHash, String nextTokenHash);

    /**
     * Puts these metadata, and the registration access token in them, in the place of those that were registered. What was
     * begun under the old ones is forgotten with them: sign-ons under way, codes that nobody has redeemed, and what people
     * approved. Live grants go on. False where the token was not the newest.
     */
    boolean replace(Client client, String tokenHash);

    /**
     * As {@link #replace}, and what was granted so far ends as well.
     *
     * @param ended is told of grants as soon as they have ended, in parts
     */
    boolean replaceWithGrants(Client client, String tokenHash, Consumer<List<EndedGrant>> ended);

    /**
     * Removes a client with all that hangs on it: sign-ons under way, codes, approvals and grants. False where the token was
     * not the newest.
     *
     * @param ended is told of grants as soon as they have ended, in parts
     */
    boolean remove(String clientId, String tokenHash, Consumer<List<EndedGrant>> ended);
}
