package org.mcpproxy.store;

import java.time.Duration;
import java.util.Optional;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.grant.EndedGrant;
import org.mcpproxy.store.ClientGrants.Ending;

/** Goes on where whoever began to end what was granted to a client could not: his node died, or the database was away. */
final class EndingClients implements Chore {

    /** No request is under way. */
    private static final Trail NO_REQUEST = new Trail("none", null);

    private final ClientGrants grants;
    private final AuditLog audit;

    EndingClients(ClientGrants grants, AuditLog audit) {
        this.grants = grants;
        this.audit = audit;
    }

    @Override
    public String name() {
        return "client_ending";
    }

    /** Each is large. */
    @Override
    public int mostParts() {
        return 1;
    }

    @Override
    public boolean part() {
        Optional<Ending> due = grants.takeDue();
        due.ifPresent(this::part);
        return due.isPresent();
    }

    private void part(Ending ending) {
        grants.next(ending.clientId(), Duration.ZERO, ended -> ended.forEach(grant -> record(ending, grant)));
    }

    private void record(Ending ending, EndedGrant grant) {
        audit.record(new GrantRevoked(NO_REQUEST, grant.userId(), ending.clientId(), grant.id(), ending.cause()));
    }
}
