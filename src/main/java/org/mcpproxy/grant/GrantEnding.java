package org.mcpproxy.grant;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;

/** The one way in which a grant ends before its time: here first, then at Okta, with an audit line. */
@Singleton
public class GrantEnding {

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
            session.end(grantId);
        });
    }
}
