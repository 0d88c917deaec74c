/**
 * The token endpoint, with one exchange for each grant type, revocation (RFC 7009) and introspection (RFC 7662).
 */
package org.mcpproxy.token;
