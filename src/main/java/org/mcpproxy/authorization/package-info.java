/**
 * The authorization endpoint: the request, the pending authorization, its binding to one browser, the one switch that
 * says what comes next, and the way back from Okta.
 */
package org.mcpproxy.authorization;
