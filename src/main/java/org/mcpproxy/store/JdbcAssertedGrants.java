package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import org.mcpproxy.grant.AssertedGrants;
import org.mcpproxy.grant.Grant;

/** Grants by Okta's word. Of two nodes that are given one assertion at once, the row of its hash lets one through. */
@Singleton
public class JdbcAssertedGrants implements AssertedGrants {

    private static final int MOST = 200_000;

    private final Database database;
    private final JdbcGrants grants;
    private final Capacity capacity;

    @Inject
    public JdbcAssertedGrants(Database database, JdbcGrants grants, Clock clock) {
        this(database, grants, clock, MOST);
    }

    JdbcAssertedGrants(Database database, JdbcGrants grants, Clock clock, int most) {
        this.database = database;
        this.grants = grants;
        this.capacity = new Capacity(database, "SELECT COUNT(*) FROM used_identity_assertion", most, clock);
    }

    @Override
    public boolean open(Grant grant, String assertionHash, Instant assertionEndsAt) {
        capacity.require();
        return database.inTransaction(handle -> {
            boolean first = Rows.isFirst(handle, "used_identity_assertion", assertionHash, assertionEndsAt);
            if (first) {
                grants.open(handle, grant);
            }
            return first;
        });
    }
}
