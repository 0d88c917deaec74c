/**
 * Our own access tokens (RFC 9068) and the keys that sign them.
 */
package org.mcpproxy.signing;
