package org.mcpproxy.config;

import java.time.Duration;

/**
 * How long things live.
 *
 * @param accessToken our access tokens
 * @param authorizationCode at most 60 s (OAuth 2.1 4.1.3 allows ten minutes; a client needs one second)
 * @param pushedRequest from the push to the browser that names it
 * @param deviceAuthorization from the device's request to its tokens (RFC 8628 3.2): a person has to take up another device
 *     and sign on in between
 * @param signOn from the authorization request to the code: a person has to sign on in between
 * @param refreshToken a refresh token that is not used
 * @param refreshGrace how long a client may repeat a refresh and get the same answer
 * @param consent how long a remembered consent is believed
 */
public record Lifetimes(
        Duration accessToken,
        Duration authorizationCode,
        Duration pushedRequest,
        Duration deviceAuthorization,
        Duration signOn,
        Duration refreshToken,
        Duration refreshGrace,
        Duration consent) {

    public static Lifetimes standard() {
        return new Lifetimes(
                Duration.ofMinutes(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(90),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Duration.ofDays(30),
                Duration.ofSeconds(90),
                Duration.ofDays(30));
    }

    /** These, with another grace for repeated refreshes ({@code REFRESH_GRACE_SECONDS}). */
    public Lifetimes withRefreshGrace(Duration grace) {
        return new Lifetimes(
                accessToken,
                authorizationCode,
                pushedRequest,
                deviceAuthorization,
                signOn,
                refreshToken,
                grace,
                consent);
    }
}
