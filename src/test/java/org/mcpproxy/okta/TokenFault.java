package org.mcpproxy.okta;

/** What can be wrong with the tokens and the user information of an issuer. */
public enum TokenFault {
    NO_GROUPS,
    NO_EMAIL,
    /** Only {@code sub} and the protocol's claims are in the ID token, the rest is at UserInfo. */
    THIN_ID_TOKEN,
    NO_NONCE,
    WRONG_NONCE,
    WRONG_ISSUER,
    WRONG_AUDIENCE,
    /** {@code aud} names us and another, and {@code azp} the other. */
    WRONG_AUTHORIZED_PARTY,
    NO_EXPIRY,
    /** The person authenticated an hour ago, and was not asked to again. */
    OLD_AUTHENTICATION,
    NO_AUTHENTICATION_TIME,
    /** Of another context class than was asked for: {@code urn:okta:loa:1fa:any}. */
    OTHER_CONTEXT_CLASS,
    NO_CONTEXT_CLASS,
    EXPIRED,
    /** Signed, with the right {@code kid}, by a key that is not the org's. */
    BAD_SIGNATURE,
    /** Signed by a key that is never published. */
    UNKNOWN_KEY,
    /** {@code alg: none}. */
    UNSIGNED,
    NO_ID_TOKEN_SUBJECT,
    USERINFO_OTHER_SUBJECT
}
