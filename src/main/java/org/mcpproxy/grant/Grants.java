package org.mcpproxy.grant;

import java.time.Instant;
import java.util.Optional;

/** The grants that live. */
public interface Grants extends LiveGrants {

    /** @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held */
    void open(Grant grant);

    /** A live grant; one that has ended or expired is not found. */
    Optional<Grant> find(String grantId);

    /** Puts off the end of a live grant, because it was used. */
    void extend(String grantId, Instant expiresAt);

    /** Ends a grant for good. False where it was not live: then another was first. */
    boolean end(String grantId);
}
