package org.mcpproxy.config;

import java.util.Set;

/**
 * The browser origins that may read answers.
 *
 * @param loopback whether every http origin on a loopback address may
 * @param exact further origins, exactly as browsers send them; {@code PUBLIC_URL}'s own is always among them
 */
public record CorsOrigins(boolean loopback, Set<String> exact) {}
