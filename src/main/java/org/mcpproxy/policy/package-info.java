/**
 * Who may enter which backend, and which of its tools, resources and prompts each may use: the rules, the file that has
 * them, and its reload. Knows neither HTTP nor MCP's messages; the relay asks here.
 */
package org.mcpproxy.policy;
