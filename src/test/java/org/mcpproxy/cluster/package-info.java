/** Faults that two nodes on one database survive, and one node on its own. */
package org.mcpproxy.cluster;
