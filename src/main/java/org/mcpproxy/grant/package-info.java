/**
 * What a person has granted to a client: the grant, its code, its refresh tokens, and the Okta session behind it.
 */
package org.mcpproxy.grant;
