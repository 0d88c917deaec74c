package org.mcpproxy.grant;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.upstream.UpstreamStatus;

/** The one way in which a grant ends before its time: here first, then at Okta, with an audit line. */
@Singleton
public class GrantEnding {

    /** For how long one request revokes at Okta; with many grants the rest is left to the sweep. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final Logger LOG = System.getLogger(GrantEnding.class.getName());

    private final Grants grants;
    private final UpstreamSession session;
    private final UpstreamStatus okta;
    private final AuditLog audit;

    @Inject
    public GrantEnding(Grants grants, UpstreamSession session, UpstreamStatus okta, AuditLog audit) {
        this.grants = grants;
        this.session = session;
        this.okta = okta;
        this.audit = audit;
    }

    /**
     * Ends a grant, where it still lives; once, whoever else ends it at the same time.
     *
     * @return whether it ended by this
     */
    public boolean end(String grantId, Cause cause, Trail trail) {
        Optional<Grant> ended = grants.find(grantId).filter(grant -> grants.end(grantId));
        ended.ifPresent(grant -> {
            audit.record(new GrantRevoked(trail, grant.user().id(), grant.clientId(), grantId, cause));
            endAtOkta(grantId);
        });
        return ended.isPresent();
    }

    /**
     * Notes in the audit that grants ended in the store together with something else. This alone revokes nothing at Okta: {@link
     * #tellOkta} does, and what that leaves the sweep of ended sessions revokes later.
     */
    public void note(List<EndedGrant> grants, String clientId, Cause cause, Trail trail) {
        grants.forEach(grant -> audit.record(new GrantRevoked(trail, grant.userId(), clientId, grant.id(), cause)));
    }

    /** Revokes at Okta the sessions of ended grants, as many as can be done in a few seconds. */
    public void tellOkta(List<EndedGrant> grants) {
        long end = System.nanoTime() + LONGEST.toNanos();
        grants.stream().takeWhile(grant -> System.nanoTime() - end < 0).allMatch(grant -> endAtOkta(grant.id()));
    }

    /**
     * Ends the token that a client has for itself, where nobody else has: all of its grant. At Okta there is nothing.
     *
     * @return whether it ended by this
     */
    public boolean endOfService(String clientId, String grantId, Trail trail) {
        boolean ended = grants.endOfService(grantId);
        if (ended) {
            audit.record(new GrantRevoked(trail, null, clientId, grantId, Cause.REVOKED_BY_CLIENT));
        }
        return ended;
    }

    /**
     * Here it has ended in any case. Where Okta is known to be away, nobody waits for it.
     *
     * @return false where the sweep of ended sessions is to revoke it at Okta
     */
    private boolean endAtOkta(String grantId) {
        if (okta.degraded().isPresent()) {
            LOG.log(Level.INFO, "The Okta session of an ended grant is revoked later, as Okta is lost at present");
            return false;
        }
        try {
            session.end(grantId);
            return true;
        } catch (Rejection e) {
            LOG.log(Level.WARNING, "The Okta session of an ended grant is revoked later: {0}", e.reason());
            return false;
        } catch (RuntimeException e) {
            String what = e.getClass().getName();
            LOG.log(Level.WARNING, "The Okta session of an ended grant is revoked later: {0}", what);
            return false;
        }
    }
}
