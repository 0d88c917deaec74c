package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import org.mcpproxy.client.UsedAssertions;

/** By which assertions clients have authenticated. Of two nodes that are given one at once, the row lets one through. */
@Singleton
public class JdbcUsedAssertions implements UsedAssertions {

    private static final int MOST = 200_000;

    private final Database database;
    private final Capacity capacity;

    @Inject
    public JdbcUsedAssertions(Database database, Clock clock) {
        this(database, clock, MOST);
    }

    JdbcUsedAssertions(Database database, Clock clock, int most) {
        this.database = database;
        this.capacity = new Capacity(database, "SELECT COUNT(*) FROM client_assertion", most, clock);
    }

    @Override
    public void requireRoom() {
        capacity.require();
    }

    @Override
    public boolean use(String hash, Instant expiresAt) {
        return Rows.isFirst(database, "client_assertion", hash, expiresAt);
    }
}
