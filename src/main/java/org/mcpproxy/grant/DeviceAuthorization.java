package org.mcpproxy.grant;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.upstream.SignOnDemands;

/**
 * What a device asked for by itself, and what a person decided elsewhere (RFC 8628 3.1), as it is kept.
 *
 * @param hash of the device code
 * @param userCodeHash of the code that the person enters
 * @param demands how the person is to sign on
 * @param payer on whose account it is counted
 * @param address where it was asked from, to be shown to the person
 * @param grantId the grant that was opened, once a person has allowed it
 */
public record DeviceAuthorization(
        String hash,
        String userCodeHash,
        String clientId,
        Scope scope,
        Resources resources,
        SignOnDemands demands,
        String payer,
        String address,
        Instant begunAt,
        Instant expiresAt,
        Decision decision,
        Optional<String> grantId) {

    /** How far it has come. */
    public enum Decision {
        /** Nobody has decided yet. */
        PENDING,
        ALLOWED,
        DENIED,
        /** Its tokens were issued; it is kept for a while, to know a replay. */
        REDEEMED
    }
}
