package org.mcpproxy.config;

/**
 * How often one address may do a thing within a minute. Everybody behind a proxy that hides their addresses shares one.
 *
 * @param registrations of clients, each of which is kept
 * @param authorizations that are begun, each of which is kept for the time of a sign-on
 * @param failedAuthentications of clients, at the token and revocation endpoints
 */
public record AddressLimits(int registrations, int authorizations, int failedAuthentications) {

    public static AddressLimits standard() {
        return new AddressLimits(60, 300, 60);
    }
}
