/**
 * Clients, however they became known here: what is known of each, which redirect URIs are acceptable and which match, who authenticates how.
 */
package org.mcpproxy.client;
