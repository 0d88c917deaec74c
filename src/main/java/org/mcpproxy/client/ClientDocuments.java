package org.mcpproxy.client;

import com.nimbusds.jose.jwk.JWKSet;
import java.util.Optional;

/**
 * Clients that are known by the metadata document at their {@code client_id}
 * (draft-ietf-oauth-client-id-metadata-document).
 */
public interface ClientDocuments {

    /**
     * As the document says that is valid now.
     *
     * @throws org.mcpproxy.oauth.Rejection with a {@code CLIENT_DOCUMENT…} reason
     */
    Client current(String clientId);

    /**
     * As the document says that is valid now; where it cannot be fetched, as the last good one said.
     *
     * @throws org.mcpproxy.oauth.Rejection with a {@code CLIENT_DOCUMENT…} reason
     */
    Client lastGood(String clientId);

    /** Whether asking for it would fetch something that has not been fetched before, or long ago. */
    boolean isNew(String clientId);

    /**
     * The client's public keys.
     *
     * @param anew whether those that were fetched before have proved too old; heeded once in a while only
     */
    Optional<JWKSet> keys(Client client, boolean anew);
}
