package org.mcpproxy.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.relay.McpSession;
import org.mcpproxy.relay.SessionOwner;
import org.mcpproxy.relay.Sessions;

/**
 * Who opened which MCP session, by the hash of its id: a backend may choose ids of any length. An owner never changes, so
 * each node remembers; that a session has ended, its backend says.
 */
@Singleton
public class JdbcSessions implements Sessions {

    /** For how long an unused session is kept. */
    static final Duration IDLE = Duration.ofHours(24);

    /** How exactly the last use is noted: not with every request. */
    private static final Duration USE_NOTED = Duration.ofMinutes(30);

    private static final int MOST_REMEMBERED = 100_000;
    private static final int MOST = 500_000;
    private static final int BATCH = 1_000;

    private final Database database;
    private final Capacity capacity;
    private final Clock clock;
    private final Cache<String, Remembered> remembered = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .executor(Runnable::run)
            .build();

    @Inject
    public JdbcSessions(Database database, Clock clock) {
        this(database, clock, MOST);
    }

    JdbcSessions(Database database, Clock clock, int most) {
        this.database = database;
        this.capacity = new Capacity(database, "SELECT COUNT(*) FROM mcp_session", most, clock);
        this.clock = clock;
    }

    @Override
    public boolean opened(String sessionId, McpSession session) {
        return find(sessionId)
                .orElseGet(() -> open(hash(sessionId), session))
                .owner()
                .equals(session.owner());
    }

    @Override
    public boolean isKnown(String sessionId) {
        Remembered known = remembered.getIfPresent(hash(sessionId));
        return known != null && clock.instant().isBefore(known.until());
    }

    /** While the database is away, an owner that this node once knew is still the owner. */
    @Override
    public Optional<McpSession> find(String sessionId) {
        String hash = hash(sessionId);
        Instant now = clock.instant();
        Remembered known = remembered.getIfPresent(hash);
        if (known != null && now.isBefore(known.until())) {
            return Optional.of(known.session());
        }
        try {
            Optional<McpSession> session = use(hash, now);
            session.ifPresentOrElse(found -> remember(hash, found, now), () -> remembered.invalidate(hash));
            return session;
        } catch (Rejection e) {
            if (known == null || e.reason() != Reason.STORE_UNAVAILABLE) {
                throw e;
            }
            return Optional.of(known.session());
        }
    }

    @Override
    public void closed(String sessionId) {
        String hash = hash(sessionId);
        remembered.invalidate(hash);
        database.update("DELETE FROM mcp_session WHERE hash = ?", hash);
    }

    private void remember(String hash, McpSession session, Instant now) {
        remembered.put(hash, new Remembered(session, now.plus(USE_NOTED)));
    }

    private Optional<McpSession> use(String hash, Instant now) {
        return database.inTransaction(handle -> {
            handle.execute(
                    "UPDATE mcp_session SET used_at = ? WHERE hash = ? AND used_at > ?", now, hash, now.minus(IDLE));
            return find(handle, hash, now);
        });
    }

    private static Optional<McpSession> find(Handle handle, String hash, Instant now) {
        return handle.select(
                        "SELECT user_id, client_id, node_url FROM mcp_session WHERE hash = ? AND used_at > ?",
                        hash,
                        now.minus(IDLE))
                .map((row, context) -> read(row))
                .findOne();
    }

    private McpSession open(String hash, McpSession session) {
        if (capacity.isFull()) {
            makeRoom();
        }
        Instant now = clock.instant();
        McpSession first = insert(hash, session, now);
        remember(hash, first, now);
        return first;
    }

    /** Of whoever has most, what was not used for longest goes: nobody ends the sessions of others, and its client initializes again. */
    private void makeRoom() {
        database.inTransaction(handle -> {
            PreparedBatch deletion = handle.prepareBatch("DELETE FROM mcp_session WHERE hash = ?");
            handle.select("""
                            SELECT hash FROM (
                                SELECT hash, used_at, COUNT(*) OVER (PARTITION BY COALESCE(user_id, client_id)) AS owned
                                FROM mcp_session
                            ) AS by_owner ORDER BY owned DESC, used_at LIMIT ?
                            """, BATCH).mapTo(String.class).list().forEach(deletion::add);
            return deletion.execute();
        });
        capacity.roomWasMade();
    }

    /** Whoever inserts first owns it; an idle one of the same id makes room. */
    private McpSession insert(String hash, McpSession session, Instant now) {
        SessionOwner owner = session.owner();
        return database.inTransaction(handle -> {
            handle.execute("DELETE FROM mcp_session WHERE hash = ? AND used_at <= ?", hash, now.minus(IDLE));
            handle.execute("""
                    INSERT INTO mcp_session (hash, user_id, client_id, node_url, used_at)
                    SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM mcp_session WHERE hash = ?)
                    """, hash, owner.user().orElse(null), owner.client(), text(session.node()), now, hash);
            return find(handle, hash, now).orElse(session);
        });
    }

    private static McpSession read(ResultSet row) throws SQLException {
        return new McpSession(
                new SessionOwner(Optional.ofNullable(row.getString("user_id")), row.getString("client_id")),
                Optional.ofNullable(row.getString("node_url")).map(URI::create));
    }

    private static String text(Optional<URI> node) {
        return node.map(URI::toString).orElse(null);
    }

    private static String hash(String sessionId) {
        return new Secret(sessionId).hash();
    }

    private record Remembered(McpSession session, Instant until) {}
}
