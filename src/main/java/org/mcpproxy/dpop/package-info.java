/**
 * Proof of possession (DPoP, RFC 9449): what a client signs to show that a token in its hands is its own, how often and for how
 * long it counts, and the nonces that bound it. Knows nothing of grants and tokens but the thumbprint of a key.
 */
package org.mcpproxy.dpop;
