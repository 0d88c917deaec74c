package org.mcpproxy.client;

import com.nimbusds.oauth2.sdk.Scope;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The clients that an administrator registered. They hold from one start to the next; it answers from memory. */
@FunctionalInterface
public interface PreregisteredClients {

    Optional<PreregisteredClient> find(String clientId);

    /**
     * A client that acts for itself is the subject of its tokens: nobody may be taken for one (RFC 9068 5).
     *
     * @throws Rejection {@code otherwise}
     */
    default void requireNone(String userId, Reason otherwise) {
        if (find(userId).isPresent()) {
            throw Rejection.of(otherwise);
        }
    }

    /** Whether the file, as it is now, lets a client have a user's token that is for this; it binds nobody else. */
    default boolean allow(Client client, String resource, Scope scope) {
        return find(client.id()).map(known -> known.mayHave(resource, scope)).orElse(true);
    }

    /** Whether a client that acts for a user may still do so as it is registered now. */
    default boolean allowActing(String clientId, String resource, Scope scope) {
        return find(clientId)
                .filter(client -> client.mayActForUser(resource, scope))
                .isPresent();
    }

    /** The one that has a token for itself, if it may still have it as it is registered now. */
    default Optional<PreregisteredClient> findActing(String clientId, String resource, Scope scope) {
        return find(clientId).filter(client -> client.mayActForItself(resource, scope));
    }
}
