/**
 * Where the ports of the features keep their state. Nothing depends on it; CDI finds it.
 */
package org.mcpproxy.store;
