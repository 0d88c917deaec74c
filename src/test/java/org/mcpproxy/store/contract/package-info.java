/**
 * What every store must keep, whatever it keeps things in: one contract for each port, races included. An implementation
 * extends them and hands over its own.
 */
package org.mcpproxy.store.contract;
