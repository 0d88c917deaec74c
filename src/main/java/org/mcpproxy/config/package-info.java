/**
 * The settings: read and checked once at the start, then records that cannot change. MicroProfile Config stands only here.
 */
package org.mcpproxy.config;
