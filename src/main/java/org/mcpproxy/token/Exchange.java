package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;

/**
 * What one grant type gives tokens for. Everything that all grant types share, such as client authentication, stands
 * before it in {@link TokenResource}; an exchange fills its own gap only.
 */
public interface Exchange {

    GrantType grantType();

    /** @throws org.mcpproxy.oauth.Rejection where the grant is not honoured */
    TokenAnswer exchange(TokenRequest request);
}
