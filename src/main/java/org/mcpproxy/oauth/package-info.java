/**
 * The vocabulary of the protocols: why things are refused, ordered checks, secrets, scopes, what this server can do. Knows
 * the JDK and Nimbus only.
 */
package org.mcpproxy.oauth;
