/**
 * Whole systems, started as their users start them: the proxy in a real Open Liberty, and trips through it.
 */
package org.mcpproxy.system;
