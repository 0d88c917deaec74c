package org.mcpproxy.upstream;

import java.time.Instant;
import org.mcpproxy.oauth.Secret;

/** A bearer token that another was exchanged for. */
public record ExchangedToken(Secret value, Instant expiresAt) {}
