package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import org.mcpproxy.dpop.UsedProofs;

/** Which proofs were used here. Of two nodes that are given one at once, the row lets one through. */
@Singleton
public class JdbcUsedProofs implements UsedProofs {

    private static final int MOST = 200_000;

    private final Database database;
    private final Capacity capacity;

    @Inject
    public JdbcUsedProofs(Database database, Clock clock) {
        this(database, clock, MOST);
    }

    JdbcUsedProofs(Database database, Clock clock, int most) {
        this.database = database;
        this.capacity = new Capacity(database, "SELECT COUNT(*) FROM used_proof", most, clock);
    }

    @Override
    public boolean use(String hash, Instant endsAt) {
        capacity.require();
        return Rows.isFirst(database, "used_proof", hash, endsAt);
    }
}
