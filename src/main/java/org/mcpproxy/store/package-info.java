/**
 * Where the ports of the features keep their state: plain SQL, the same for H2 and PostgreSQL. Nothing depends on it; CDI
 * finds it. Tables and columns are explained in {@code docs/storage.md}.
 */
package org.mcpproxy.store;
