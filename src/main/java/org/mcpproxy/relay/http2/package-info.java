/**
 * For backends over TLS, and for those that speak HTTP/2 without it: Jetty's client, which agrees with the server on HTTP/2
 * or HTTP/1.1. What one reader leaves lying takes nothing from others on the same connection: see
 * {@link org.mcpproxy.relay.http2.StreamWindows}.
 */
package org.mcpproxy.relay.http2;
