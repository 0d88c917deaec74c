/**
 * Real, unmodified MCP clients against the built server, in front of real MCP servers. Most of them are Node programs:
 * the scripts in {@code src/test/clients} make the trip and say which steps worked, and the tests here compare those
 * with what the client is able to do. They run with {@code ./mvnw verify -Pclients} only.
 */
package org.mcpproxy.clients;
