package org.mcpproxy.grant;

/** A grant that has just ended in the store, and whose it was. */
public record EndedGrant(String id, String userId) {}
