package org.mcpproxy.config;

/**
 * The Okta application that exchanges users' tokens, which at Okta is a service application.
 *
 * @param credential how it authenticates at Okta
 */
public record ExchangeClient(String clientId, OktaSettings.Credential credential) {}
