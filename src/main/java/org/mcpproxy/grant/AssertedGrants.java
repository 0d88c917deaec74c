package org.mcpproxy.grant;

import java.time.Instant;
import org.mcpproxy.oauth.Rejection;

/** The grants that Okta's word opens, one for each assertion, on whatever node it comes. */
@FunctionalInterface
public interface AssertedGrants {

    /**
     * Opens a grant and marks the assertion as used: both or, where it was used before, neither.
     *
     * @param assertionHash of what names it
     * @param assertionEndsAt from when on it would be refused anyway
     * @return false where it was used before
     * @throws Rejection {@code SERVER_FULL} where no more used ones are held, {@code STORE_UNAVAILABLE}
     */
    boolean open(Grant grant, String assertionHash, Instant assertionEndsAt);
}
