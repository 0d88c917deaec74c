/**
 * What the server says of itself: RFC 8414, OpenID Connect Discovery, RFC 9728 and the JWKS. Everything comes from
 * {@link org.mcpproxy.oauth.Capabilities} and the settings, which also decide what is enforced.
 */
package org.mcpproxy.discovery;
