/**
 * Dynamic client registration, RFC 7591.
 */
package org.mcpproxy.registration;
