package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.SharedClock;
import org.mcpproxy.fixture.Samples;

/** What a node reads until it is ready, by PostgreSQL's own count of rows: a measured time would depend on all else that runs. */
class StartReadsTest {

    private static final int GRANTS = 10_000;

    /** More than a start opens. */
    private static final int CONNECTIONS = 20;

    private static final Settings SETTINGS = Samples.settings();
    private static final Clock CLOCK = Clock.systemUTC();
    private static final String READ_OF_GRANTS = """
            SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_user_tables
            WHERE relname IN ('client', 'access_grant', 'refresh_token', 'upstream_session')
            """;

    private final DataSource source = Databases.POSTGRESQL.fresh();

    @Test
    void howeverManyGrantsThereAreAStartReadsAFewRows() {
        Migration.run(source);
        Jdbi.create(source).useHandle(StartReadsTest::grant);
        long before = read();
        Jdbi.create(source)
                .useHandle(handle -> handle.execute("SELECT COUNT(*) FROM access_grant WHERE opened_at > 'epoch'"));
        long counted = read();
        assertThat(counted - before).as("the measure itself").isGreaterThanOrEqualTo(GRANTS);

        start();

        assertThat(read() - counted).isLessThan(100);
    }

    /** All of it, one after the other. */
    private void start() {
        StoreStatus status = new StoreStatus();
        Database database = new Database(source, status);
        SharedClock clock = new SharedClock(CLOCK);
        SigningKeyRows rows = new SigningKeyRows(SETTINGS, Samples.RANDOM, clock);
        Leases leases = new Leases(database, clock);
        JdbcSigningKeys keys = new JdbcSigningKeys(
                database,
                status,
                rows,
                new KeyRotation(database, rows, leases, SETTINGS, Samples.RANDOM, clock),
                clock);
        RevocationLog revocations = new RevocationLog(database, SETTINGS);
        ScheduledTasks tasks = new ScheduledTasks();
        StoreSchedule schedule = new StoreSchedule(
                new ClockComparison(database, clock),
                revocations,
                keys,
                new Housekeeping(List.of(), leases, "one"),
                tasks.executor());
        new StoreOpening(source, status, Connections.unlimited(), SETTINGS, schedule, null).start(null);
        tasks.run();
        assertThat(schedule.loaded()).isTrue();
    }

    /** Each connection counts for itself until it is told to say so; the pool gives them out in turn. */
    private long read() {
        Jdbi jdbi = Jdbi.create(source);
        for (int i = 0; i < CONNECTIONS; i++) {
            jdbi.useHandle(handle -> handle.select("SELECT pg_stat_force_next_flush()")
                    .mapToMap()
                    .list());
        }
        return jdbi.withHandle(
                handle -> handle.select(READ_OF_GRANTS).mapTo(Long.class).one());
    }

    private static void grant(Handle handle) {
        handle.execute("""
                INSERT INTO client (id, redirect_uris, authentication_method, grant_types, scope, registered_at, granted, kept_until)
                SELECT 'client-' || i, '[]', 'none', '[]', 'mcp', now(), TRUE, now() + interval '90 days'
                FROM generate_series(1, ?) i
                """, GRANTS);
        handle.execute("""
                INSERT INTO access_grant (id, family_hash, client_id, organization, user_id, user_groups, scope, resource,
                    opened_at, expires_at)
                SELECT 'grant-' || i, 'family-' || i, 'client-' || i, 'organization', 'user', '[]', 'mcp', 'resource',
                    now(), now() + interval '30 days'
                FROM generate_series(1, ?) i
                """, GRANTS);
        handle.execute("""
                INSERT INTO refresh_token (hash, family_hash, grant_id, client_id, expires_at)
                SELECT 'token-' || i, 'family-' || i, 'grant-' || i, 'client-' || i, now() + interval '30 days'
                FROM generate_series(1, ?) i
                """, GRANTS);
        handle.execute(
                "INSERT INTO upstream_session (grant_id, sealed_tokens, secret_id)"
                        + " SELECT 'grant-' || i, decode('00', 'hex'), ? FROM generate_series(1, ?) i",
                SETTINGS.secretKeys().current().id(),
                GRANTS);
    }
}
