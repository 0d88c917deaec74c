package org.mcpproxy.store;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.relay.McpSession;
import org.mcpproxy.relay.SessionOwner;
import org.mcpproxy.relay.Sessions;

/**
 * Who opened which MCP session, by the hash of its id: a backend may choose ids of any length. Each node remembers an owner
 * for a moment. A row that has ended stays for longer than that, and keeps its id from others: so no node ever takes a
 * former owner for the owner of a session that another has by now.
 */
@Singleton
public class JdbcSessions implements Sessions {

    /** Far longer than {@link SessionMemory#HOLDS}, for clocks that differ, and for a transaction that has to wait. */
    static final Duration ENDED_KEPT = Duration.ofMinutes(2);

    /** How exactly the last use is noted: not with every request. */
    private static final Duration USE_NOTED = Duration.ofMinutes(30);

    private static final int MOST = 500_000;
    /** Threads that ask beside requests, of {@code DATABASE_CONNECTIONS} many. */
    private static final int ASKING = 2;

    private static final int MOST_WAITING = 10_000;
    private static final int BATCH = 1_000;

    private static final String IS_OWNER = "user_id IS NOT DISTINCT FROM ? AND client_id = ?";

    private final Database database;
    private final Capacity capacity;
    private final Clock clock;
    private final ExecutorService threads;
    private final SessionMemory memory;

    @Inject
    public JdbcSessions(Database database, Clock clock) {
        this(database, clock, MOST);
    }

    JdbcSessions(Database database, Clock clock, int most) {
        this.database = database;
        this.capacity = new Capacity(database, "SELECT COUNT(*) FROM mcp_session WHERE ended_at IS NULL", most, clock);
        this.clock = clock;
        this.threads = threads();
        this.memory = new SessionMemory(clock, this::use, threads);
    }

    /** What finds no place is left out: the memory asks again. */
    private static ExecutorService threads() {
        return new ThreadPoolExecutor(
                ASKING,
                ASKING,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                JdbcSessions::thread,
                new ThreadPoolExecutor.DiscardPolicy());
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "store-sessions");
        thread.setDaemon(true);
        return thread;
    }

    @PreDestroy
    void stop() {
        // What is under way comes to its end: H2 closes its file where a thread is interrupted.
        threads.shutdown();
    }

    @Override
    public boolean opened(String sessionId, McpSession session) {
        return isTheirs(sessionId, session, true);
    }

    @Override
    public boolean openedEarlier(String sessionId, McpSession session) {
        return isTheirs(sessionId, session, false);
    }

    private boolean isTheirs(String sessionId, McpSession session, boolean anew) {
        String hash = hash(sessionId);
        return memory.asked(hash, () -> open(hash, session, anew))
                .map(McpSession::owner)
                .equals(Optional.of(session.owner()));
    }

    @Override
    public boolean isKnown(String sessionId) {
        return memory.holds(hash(sessionId));
    }

    @Override
    public Optional<McpSession> find(String sessionId) {
        return memory.find(hash(sessionId));
    }

    @Override
    public void closed(String sessionId, SessionOwner owner) {
        String hash = hash(sessionId);
        memory.forget(hash);
        database.update(
                "UPDATE mcp_session SET ended_at = ? WHERE ended_at IS NULL AND hash = ? AND " + IS_OWNER,
                clock.instant(),
                hash,
                owner.user().orElse(null),
                owner.client());
    }

    private Optional<McpSession> use(String hash) {
        Instant now = clock.instant();
        Optional<Row> row = database.with(handle -> find(handle, hash)).filter(found -> found.isLive(now));
        if (row.filter(found -> !found.usedAt().isAfter(now.minus(USE_NOTED))).isPresent()) {
            database.update("UPDATE mcp_session SET used_at = ? WHERE hash = ?", now, hash);
        }
        return row.map(Row::session);
    }

    private static Optional<Row> find(Handle handle, String hash) {
        return handle.select(
                        "SELECT user_id, client_id, node_url, used_at, ended_at FROM mcp_session WHERE hash = ?", hash)
                .map((row, context) -> Row.read(row))
                .findOne();
    }

    /** Empty where it is not to be had. */
    private Optional<McpSession> open(String hash, McpSession session, boolean anew) {
        if (capacity.isFull()) {
            makeRoom();
        }
        Instant now = clock.instant();
        return database.inTransaction(handle -> {
            if (anew) {
                forgetEnded(handle, hash, session.owner());
            }
            insert(handle, hash, session, now);
            Optional<Row> first = find(handle, hash).filter(found -> found.isLive(now));
            if (first.filter(found -> found.session().owner().equals(session.owner()))
                    .isEmpty()) {
                end(handle, List.of(hash));
                return Optional.empty();
            }
            return first.map(Row::session);
        });
    }

    /** One's own that has ended makes room for what the backend has opened by the same id. */
    private static void forgetEnded(Handle handle, String hash, SessionOwner owner) {
        handle.execute(
                "DELETE FROM mcp_session WHERE hash = ? AND ended_at IS NOT NULL AND " + IS_OWNER,
                hash,
                owner.user().orElse(null),
                owner.client());
    }

    /** Whoever inserts first owns it; one that nobody can take for his own any more makes room. */
    private static void insert(Handle handle, String hash, McpSession session, Instant now) {
        SessionOwner owner = session.owner();
        handle.execute(
                "DELETE FROM mcp_session WHERE hash = ? AND (used_at <= ? OR ended_at <= ?)",
                hash,
                now.minus(IDLE),
                now.minus(ENDED_KEPT));
        handle.execute("""
                INSERT INTO mcp_session (hash, user_id, client_id, node_url, used_at)
                SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM mcp_session WHERE hash = ?)
                """, hash, owner.user().orElse(null), owner.client(), text(session.node()), now, hash);
    }

    /** Of whoever has most, what was not used for longest goes: nobody ends the sessions of others, and its client initializes again. */
    private void makeRoom() {
        database.inTransaction(handle ->
                end(handle, handle.select("""
                        SELECT hash FROM (
                            SELECT hash, used_at, COUNT(*) OVER (PARTITION BY COALESCE(user_id, client_id)) AS owned
                            FROM mcp_session WHERE ended_at IS NULL
                        ) AS by_owner ORDER BY owned DESC, used_at LIMIT ?
                        """, BATCH).mapTo(String.class).list()));
        capacity.roomWasMade();
    }

    private Void end(Handle handle, List<String> hashes) {
        Rows.each(
                handle,
                "UPDATE mcp_session SET ended_at = ? WHERE ended_at IS NULL AND hash = ?",
                hashes,
                clock.instant());
        return null;
    }

    private static String text(Optional<URI> node) {
        return node.map(URI::toString).orElse(null);
    }

    private static String hash(String sessionId) {
        return new Secret(sessionId).hash();
    }

    private record Row(McpSession session, Instant usedAt, boolean ended) {

        static Row read(ResultSet row) throws SQLException {
            McpSession session = new McpSession(
                    new SessionOwner(Optional.ofNullable(row.getString("user_id")), row.getString("client_id")),
                    Optional.ofNullable(row.getString("node_url")).map(URI::create));
            return new Row(session, Database.instant(row, "used_at"), row.getObject("ended_at") != null);
        }

        boolean isLive(Instant now) {
            return !ended && usedAt.isAfter(now.minus(IDLE));
        }
    }
}
