package org.mcpproxy.grant;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.upstream.User;

/** Which client each person has approved, for what. */
public interface Approvals {

    void approve(Approval approval);

    /** Whether this person has approved this client for all of this, and has not withdrawn it. */
    boolean isApproved(Approval approval);

    /** Forgets all that this person has approved for this client. */
    void withdraw(User user, String clientId);

    /**
     * One approval.
     *
     * @param expiresAt until when it is believed; no part of what must be equal
     */
    record Approval(
            String organization,
            String userId,
            String clientId,
            String redirectUri,
            Scope scope,
            Resources resources,
            Instant expiresAt) {

        /** Whether this is an approval of the same things, or of more, by the same person. */
        public boolean covers(Approval asked) {
            return organization.equals(asked.organization)
                    && userId.equals(asked.userId)
                    && clientId.equals(asked.clientId)
                    && redirectUri.equals(asked.redirectUri)
                    && scope.containsAll(asked.scope)
                    && resources.containsAll(asked.resources);
        }
    }
}
