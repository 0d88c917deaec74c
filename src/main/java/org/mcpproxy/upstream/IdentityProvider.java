package org.mcpproxy.upstream;

import java.net.URI;
import java.util.Optional;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** Okta, or any other OpenID Connect issuer, as the rest of the proxy needs it. */
public interface IdentityProvider {

    /**
     * The issuer as it writes itself, which is how its tokens name it.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE} while discovery has not loaded
     */
    URI issuer();

    /**
     * Prepares a sign-on, of which nothing is demanded.
     *
     * @throws Rejection as {@link #begin(SignOnDemands)}
     */
    default SignOnRequest begin() {
        return begin(SignOnDemands.NONE);
    }

    /**
     * Prepares a sign-on. Whether it was as demanded is for the caller to see, when the person is back. It may wait for Okta,
     * which is told of it before the browser is (RFC 9126), where it can be.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE}, while discovery has not loaded too, {@code OKTA_REFUSED_PROXY}, {@code
     *     OKTA_ANSWER_INVALID}, {@code OKTA_DENIED} or {@code AUTHENTICATION_CLASS_UNMET}
     */
    SignOnRequest begin(SignOnDemands demands);

    /**
     * Redeems the code that came back, and validates the ID token in full (OpenID Connect Core 3.1.3.7).
     *
     * @param code what came back
     * @param issuer the {@code iss} parameter that came back (RFC 9207), or null
     * @param codeVerifier as kept from {@link #begin()}
     * @param nonce as kept from {@link #begin()}
     * @throws Rejection with one of the {@code OKTA_…}, {@code ID_TOKEN_INVALID} or {@code USER_INFO_MISMATCH} reasons
     */
    SignOn redeem(String code, String issuer, Secret codeVerifier, Secret nonce);

    /**
     * Refreshes Okta's tokens. The caller sees to it that one grant does so once at a time.
     *
     * @throws Rejection {@code OKTA_SESSION_ENDED} only for a true {@code invalid_grant}; {@code OKTA_UNAVAILABLE},
     *     with a time to wait, for time-outs, 429 and 5xx
     */
    RefreshedTokens refresh(UpstreamTokens tokens);

    /**
     * The refreshed tokens with their ID token, where it is valid (OpenID Connect Core 12.2). One that is not is left aside,
     * and the old one stays.
     *
     * @throws Rejection {@code ID_TOKEN_INVALID} where it is valid and another person's, which is no slip; {@code
     *     OKTA_UNAVAILABLE} where nobody can tell, as the issuer's document or keys cannot be had
     */
    UpstreamTokens validated(RefreshedTokens refreshed);

    /**
     * Revokes the refresh token, and with it its access tokens (RFC 7009); without one, the access token.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE} or {@code OKTA_REFUSED_PROXY} where they may still be alive
     */
    void revoke(UpstreamTokens tokens);

    /**
     * Where the browser goes to end Okta's own session (OpenID Connect RP-Initiated Logout). The standard only recommends
     * the hint; Okta answers 400 without it.
     *
     * @param idTokenHint an ID token of the person who signs out, expired or not
     * @param returnTo where Okta sends the browser afterwards
     * @return empty where the issuer offers none, or discovery has not loaded
     */
    Optional<URI> endSession(Secret idTokenHint, URI returnTo);
}
