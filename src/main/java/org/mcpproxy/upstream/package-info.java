/**
 * Okta, as an OpenID Connect client sees it: discovery, sign-on, redeem, refresh, revoke, ID token. The only place for
 * MicroProfile REST Client, and for every assumption about Okta.
 */
package org.mcpproxy.upstream;
