/**
 * Dynamic client registration, RFC 7591, and what a client may do with its registration, RFC 7592.
 */
package org.mcpproxy.registration;
