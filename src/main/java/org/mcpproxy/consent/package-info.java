/**
 * The page on which a person allows or denies a client, and what remembers the answer.
 */
package org.mcpproxy.consent;
