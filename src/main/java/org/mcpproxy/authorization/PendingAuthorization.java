package org.mcpproxy.authorization;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.oauth.Secret;

/**
 * A sign-on under way. Each step has a handle of its own, a random value that is known to the one request that comes
 * next and is used up by it.
 *
 * @param id names this sign-on in the browser's cookie and in the debug trace; no secret
 * @param handleHash the hash of the handle of the next step
 * @param browserHash the hash of the value in the cookie of the browser that began it
 * @param step what comes next
 * @param approved whether this person allowed the client during this very sign-on
 * @param upstream what is kept to recognise Okta's answer, while the browser is there
 * @param grantId the grant that was opened, once Okta has said who the person is
 */
public record PendingAuthorization(
        String id,
        String handleHash,
        String browserHash,
        ClientRequest request,
        Step step,
        boolean approved,
        Optional<Upstream> upstream,
        Optional<String> grantId,
        Instant expiresAt) {

    /** What comes next. */
    public enum Step {
        /** The person is asked, before the browser is sent to Okta. */
        CONSENT,
        /** The browser is at Okta. */
        OKTA,
        /** The person is asked after all: a remembered consent was believed, but this user has no approval. */
        APPROVAL
    }

    /**
     * Our own PKCE verifier and nonce towards Okta.
     *
     * @param authenticatedSince before which the person must not have authenticated, where the client demands that
     */
    public record Upstream(Secret codeVerifier, Secret nonce, Optional<Instant> authenticatedSince) {

        /** For clocks that differ. */
        private static final Duration SKEW = Duration.ofMinutes(2);

        /** Whether the person authenticated recently enough. Okta was asked for it by way of the browser, which could drop it. */
        boolean isMetBy(Optional<Instant> authenticatedAt) {
            return authenticatedSince
                    .map(since -> authenticatedAt
                            .filter(at -> !at.isBefore(since.minus(SKEW)))
                            .isPresent())
                    .orElse(true);
        }
    }

    PendingAuthorization asking(Step next, Secret handle) {
        return new PendingAuthorization(
                id, handle.hash(), browserHash, request, next, approved, Optional.empty(), grantId, expiresAt);
    }

    PendingAuthorization sentToOkta(Secret state, Upstream kept) {
        return new PendingAuthorization(
                id, state.hash(), browserHash, request, Step.OKTA, approved, Optional.of(kept), grantId, expiresAt);
    }

    /** The person has allowed the client during this sign-on. */
    public PendingAuthorization allowed() {
        return new PendingAuthorization(id, handleHash, browserHash, request, step, true, upstream, grantId, expiresAt);
    }

    PendingAuthorization granted(String grant) {
        return new PendingAuthorization(
                id, handleHash, browserHash, request, step, approved, upstream, Optional.of(grant), expiresAt);
    }
}
