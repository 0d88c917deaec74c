package org.mcpproxy.upstream;

import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** Token exchange at Okta, which Okta calls On-Behalf-Of (RFC 8693). */
public interface TokenExchange {

    /**
     * A token that lets its bearer act for the user at the target.
     *
     * @param subjectToken the user's own access token of Okta
     * @throws Rejection {@code EXCHANGE_DENIED} where this user gets none, {@code EXCHANGE_REFUSED} where nobody would,
     *     {@code OKTA_ANSWER_INVALID}, or {@code OKTA_UNAVAILABLE} with a time to wait
     */
    ExchangedToken exchange(Secret subjectToken, BackendCredential.Exchange target);
}
