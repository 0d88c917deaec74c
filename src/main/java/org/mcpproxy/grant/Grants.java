package org.mcpproxy.grant;

import java.util.Optional;

/** The grants that live. */
public interface Grants {

    /** @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE} */
    void open(Grant grant);

    /** A live grant; one that has ended or expired is not found. */
    Optional<Grant> find(String grantId);

    /**
     * The live grant of a family of refresh tokens.
     *
     * @param familyHash see {@link RefreshTokenValue}
     */
    Optional<Grant> findByFamily(String familyHash);

    /**
     * Ends a grant for good, and with it its refresh tokens; every node hears of it. False where it was not live: then
     * another was first.
     */
    boolean end(String grantId);

    /**
     * Ends the grant of a token that a client has for itself, of which nothing was kept before; every node hears of it. False
     * where another was first.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held
     */
    boolean endOfService(String grantId);
}
