package org.mcpproxy.grant;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Rejection;

/** The one way in which a grant ends before its time: here first, then at Okta, with an audit line. */
@Singleton
public class GrantEnding {

    private static final Logger LOG = System.getLogger(GrantEnding.class.getName());

    private final Grants grants;
    private final UpstreamSession session;
    private final AuditLog audit;

    @Inject
    public GrantEnding(Grants grants, UpstreamSession session, AuditLog audit) {
        this.grants = grants;
        this.session = session;
        this.audit = audit;
    }

    /** Ends a grant, where it still lives; once, whoever else ends it at the same time. */
    public void end(String grantId, Cause cause, Trail trail) {
        grants.find(grantId).filter(grant -> grants.end(grantId)).ifPresent(grant -> {
            audit.record(new GrantRevoked(trail, grant.user().id(), grant.clientId(), grantId, cause));
            endAtOkta(grantId);
        });
    }

    /** Ends the token that a client has for itself, where nobody else has: all of its grant. At Okta there is nothing. */
    public void endOfService(String clientId, String grantId, Trail trail) {
        if (grants.endOfService(grantId)) {
            audit.record(new GrantRevoked(trail, null, clientId, grantId, Cause.REVOKED_BY_CLIENT));
        }
    }

    /** Here it has ended in any case. */
    private void endAtOkta(String grantId) {
        try {
            session.end(grantId);
        } catch (Rejection e) {
            LOG.log(Level.WARNING, "The Okta session of an ended grant is revoked later: {0}", e.reason());
        }
    }
}
