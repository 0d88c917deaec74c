/**
 * What happened, as sealed records, one JSON line each.
 */
package org.mcpproxy.audit;
