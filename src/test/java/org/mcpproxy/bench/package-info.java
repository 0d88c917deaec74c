/** Measures the proxy beside the bare backend; run by {@code bench/measure.sh}, not by the tests. */
package org.mcpproxy.bench;
