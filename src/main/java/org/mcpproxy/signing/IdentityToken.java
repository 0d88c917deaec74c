package org.mcpproxy.signing;

import java.time.Instant;
import java.util.Optional;

/**
 * What one of the tokens says by which a backend is told who calls.
 *
 * @param audience the backend's own URL
 * @param grantId whose end is its end, where there is one
 */
public record IdentityToken(
        String subject, String clientId, String audience, Optional<String> grantId, Instant expiresAt) {}
