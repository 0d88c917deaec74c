/** The proxy to try out at once: with a stand-in Okta and an MCP server of its own, on this machine only. */
package org.mcpproxy.demo;
