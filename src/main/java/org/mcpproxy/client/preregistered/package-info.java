/**
 * The clients that an administrator registers, by writing them into {@code CLIENTS_FILE}.
 */
package org.mcpproxy.client.preregistered;
