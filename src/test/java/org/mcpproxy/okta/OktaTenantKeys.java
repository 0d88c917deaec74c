package org.mcpproxy.okta;

/**
 * The keys of a tenant.
 *
 * @param unpublished what the org server signs its own access tokens with, so that nobody else can read them
 * @param organization those of the org server, which are the published ones where people sign on there
 */
record OktaTenantKeys(OktaKeys published, OktaKeys unpublished, OktaKeys organization) {

    static OktaTenantKeys of(OktaOptions options) {
        OktaKeys published = new OktaKeys();
        return new OktaTenantKeys(published, new OktaKeys(), options.orgServer() ? published : new OktaKeys());
    }
}
