package org.mcpproxy.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jdbi.v3.core.Jdbi;
import org.mcpproxy.system.Waiting;
import org.postgresql.ds.PGConnectionPoolDataSource;

/**
 * The databases that the store runs on, with our tables. Each is begun by the first test of this JVM that needs it; a test
 * finds it empty.
 */
public enum Databases {
    H2(Databases::h2, "SELECT COUNT(*) FROM information_schema.sessions WHERE blocker_id IS NOT NULL"),
    POSTGRESQL(Databases::postgresql, "SELECT COUNT(*) FROM pg_locks WHERE NOT granted");

    /** Held, for else a level would be forgotten. */
    private static final List<Logger> CHATTY = List.of(Logger.getLogger("org.flywaydb"), Logger.getLogger("io.zonky"));

    private static final int CONNECTIONS = 50;
    private static final int PATIENCE_SECONDS = 60;

    private final Function<String, JdbcConnectionPool> begin;
    private final String waiting;
    private DataSource source;

    /** @param waiting counts those who wait for a row that another has changed */
    Databases(Function<String, JdbcConnectionPool> begin, String waiting) {
        this.begin = begin;
        this.waiting = waiting;
    }

    /** This database, without a row. */
    public synchronized DataSource empty() {
        if (source == null) {
            source = begun();
        }
        Jdbi.create(source).useTransaction(handle -> tables().forEach(table -> handle.execute("DELETE FROM " + table)));
        return source;
    }

    void awaitOneWhoWaitsForARow() {
        Jdbi jdbi = Jdbi.create(source);
        Waiting.until(
                "one who waits for a row",
                Duration.ofSeconds(PATIENCE_SECONDS),
                () -> jdbi.withHandle(handle ->
                                handle.select(waiting).mapTo(Long.class).one())
                        > 0);
    }

    /** The status of a store that has its tables. */
    static StoreStatus open() {
        StoreStatus status = new StoreStatus();
        status.opened();
        return status;
    }

    /** The names of our tables. */
    List<String> tables() {
        return Jdbi.create(source)
                .withHandle(handle -> handle.select("""
                        SELECT table_name FROM information_schema.tables
                        WHERE lower(table_schema) = 'public' AND lower(table_name) <> 'schema_history'
                        """).mapTo(String.class).list());
    }

    private DataSource begun() {
        DataSource begun = fresh();
        Migration.run(begun);
        return begun;
    }

    /** A database of its own, without a table. */
    DataSource fresh() {
        CHATTY.forEach(logger -> logger.setLevel(Level.WARNING));
        JdbcConnectionPool pool =
                begin.apply("test_" + UUID.randomUUID().toString().replace('-', '_'));
        pool.setMaxConnections(CONNECTIONS);
        pool.setLoginTimeout(PATIENCE_SECONDS);
        return pool;
    }

    private static JdbcConnectionPool h2(String name) {
        return JdbcConnectionPool.create("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000", "proxy", "");
    }

    private static JdbcConnectionPool postgresql(String name) {
        EmbeddedPostgres server = Server.RUNNING;
        Jdbi.create(server.getPostgresDatabase()).useHandle(handle -> handle.execute("CREATE DATABASE " + name));
        PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
        source.setUrl(server.getJdbcUrl("postgres", name));
        return JdbcConnectionPool.create(source);
    }

    /** Begun where it is first asked for; stops with this JVM, by a hook of its own. */
    private static final class Server {

        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
