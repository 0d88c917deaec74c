package org.mcpproxy.dpop;

import java.net.URI;
import java.util.List;

/**
 * The request that a proof came with, as far as a proof speaks of it (RFC 9449 4.2).
 *
 * @param proofs the values of its {@code DPoP} headers
 * @param uri under {@code PUBLIC_URL}, whatever host it was sent to
 */
public record HttpCall(List<String> proofs, String method, URI uri) {

    /** The name of the request header. */
    public static final String HEADER = "DPoP";
}
