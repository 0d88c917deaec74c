/**
 * What this node counts and measures of itself, in Prometheus's words. Knows nothing of what is measured: each feature
 * describes its own.
 */
package org.mcpproxy.metrics;
