package org.mcpproxy.authorization;

import java.time.Instant;
import org.mcpproxy.oauth.Parameters;

/**
 * An authorization request that a client pushed (RFC 9126 2).
 *
 * @param handleHash the hash of what tells its {@code request_uri} from others
 * @param clientId who pushed it
 * @param parameters all that the authorization endpoint shall see, {@code client_id} among them, and no secret
 */
public record PushedRequest(String handleHash, String clientId, Parameters parameters, Instant expiresAt) {}
