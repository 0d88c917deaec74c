/**
 * Clients that are known by a metadata document: fetching what strangers name without reaching what they must not reach,
 * reading it, and keeping it for as long as it says.
 */
package org.mcpproxy.client.document;
