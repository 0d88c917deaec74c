package org.mcpproxy.okta;

/**
 * The keys of a tenant.
 *
 * @param unpublished what the org server signs its own access tokens with, so that nobody else can read them
 */
record OktaTenantKeys(OktaKeys published, OktaKeys unpublished) {}
