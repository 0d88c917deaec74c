/**
 * The token endpoint, with one exchange for each grant type, and revocation (RFC 7009).
 */
package org.mcpproxy.token;
