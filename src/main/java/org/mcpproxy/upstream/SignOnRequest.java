package org.mcpproxy.upstream;

import java.net.URI;
import org.mcpproxy.oauth.Secret;

/**
 * A sign-on that is about to begin: where to send the browser, and what must be kept to recognise the answer. State,
 * nonce and PKCE verifier are made anew for each (OpenID Connect Core 3.1.2.1, RFC 7636).
 */
public record SignOnRequest(URI location, Secret state, Secret nonce, Secret codeVerifier) {}
