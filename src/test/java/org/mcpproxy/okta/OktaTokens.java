package org.mcpproxy.okta;

/**
 * A token response.
 *
 * @param refreshToken null without {@code offline_access}
 * @param idToken null without {@code openid}
 */
public record OktaTokens(String accessToken, String refreshToken, String idToken) {}
