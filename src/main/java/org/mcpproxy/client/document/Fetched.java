package org.mcpproxy.client.document;

/**
 * What a host answered.
 *
 * @param cacheControl empty where it said nothing of that
 */
record Fetched(String text, String cacheControl) {}
