package org.mcpproxy.client;

import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.util.Optional;

/**
 * The public keys that a client's assertions are checked with (RFC 7591 2): one of the two is there.
 *
 * @param set as they stand in the client's document
 * @param location where they are to be fetched
 */
public record ClientKeys(Optional<JWKSet> set, Optional<URI> location) {}
