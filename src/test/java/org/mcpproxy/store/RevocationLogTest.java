package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

@OnEachDatabase
class RevocationLogTest {

    private static final int MOST = 5;
    private static final int POLLS_UNTIL_A_LONG_ONE = 20;

    private final SettableClock clock = new SettableClock();
    private final AtomicLong nanos = new AtomicLong();
    private final LosableDatabase losable = new LosableDatabase();
    private final DataSource source;
    private final Database database;
    private final RevocationLog log;

    RevocationLogTest(Databases kind) {
        source = kind.empty();
        database = losable.over(source);
        log = new RevocationLog(database, Samples.settings(), nanos::get, MOST);
    }

    @Test
    void beforeTheLogIsReadNobodyComesIn() {
        assertThat(log.loaded()).isFalse();
        assertRefused(Reason.STORE_UNAVAILABLE, () -> log.isLive("grant"));

        log.poll();
        assertThat(log.loaded()).isTrue();
        assertThat(log.isLive("grant")).isTrue();
    }

    @Test
    void whatEndedInTheLifetimeOfATokenIsKnownFromTheStart() {
        revoked("recent", Duration.ofMinutes(10));
        revoked("old", Duration.ofMinutes(20));
        log.poll();

        assertThat(log.isLive("recent")).isFalse();
        assertThat(log.isLive("old")).isTrue();
    }

    @Test
    void whatAnotherNodeEndedIsSeenByTheNextPoll() {
        log.poll();
        JdbcGrants other =
                new JdbcGrants(database, new RevocationLog(database, Samples.settings(), nanos::get, MOST), clock);
        other.open(new Kept(null, clock).grant("grant"));
        other.end("grant");
        assertThat(log.isLive("grant")).isTrue();

        log.poll();
        assertThat(log.isLive("grant")).isFalse();
    }

    @Test
    void whatAServiceEndedIsKnownHereAtOnceAndElsewhereByTheNextPoll() {
        log.poll();
        RevocationLog elsewhere = new RevocationLog(database, Samples.settings(), nanos::get, MOST);
        elsewhere.poll();
        new JdbcGrants(database, log, clock).endOfService("its-own");
        assertThat(log.isLive("its-own")).isFalse();
        assertThat(elsewhere.isLive("its-own")).isTrue();

        elsewhere.poll();
        assertThat(elsewhere.isLive("its-own")).isFalse();
    }

    @Test
    void whatThisNodeEndedIsKnownAtOnce() {
        log.poll();
        JdbcGrants grants = new JdbcGrants(database, log, clock);
        grants.open(new Kept(null, clock).grant("grant"));
        grants.end("grant");

        assertThat(log.isLive("grant")).isFalse();
    }

    @Test
    void aLateCommitIsSeen() throws SQLException {
        log.poll();
        try (Connection late = source.getConnection();
                Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("INSERT INTO revocation (grant_id) VALUES ('grant')");
            log.poll();
            log.poll();
            assertThat(log.isLive("grant")).isTrue();
            late.commit();
            late.setAutoCommit(true);
        }

        log.poll();
        assertThat(log.isLive("grant")).isFalse();
    }

    @Test
    void theCommitOfATransactionThatHungIsSeenSoonAfter() {
        log.poll();
        revoked("grant", Duration.ofMinutes(1));
        log.poll();
        assertThat(log.isLive("grant")).isTrue();

        polls();
        assertThat(log.isLive("grant")).isFalse();
    }

    @Test
    void whoCannotReadForAMinuteLetsNobodyInUntilItCan() {
        log.poll();
        revoked("ended", Duration.ZERO);
        log.poll();
        losable.lose();
        nanos.addAndGet(RevocationLog.DEAF.toNanos() - 1);
        assertRefused(Reason.STORE_UNAVAILABLE, log::poll);
        assertThat(log.isLive("grant")).isTrue();

        nanos.incrementAndGet();
        assertRefused(Reason.STORE_UNAVAILABLE, () -> log.isLive("grant"));
        assertThat(log.isLive("ended")).isFalse();
        assertThat(log.loaded()).isTrue();

        losable.find();
        log.poll();
        assertThat(log.isLive("grant")).isTrue();
    }

    @Test
    void whatAllTokensHaveOutlivedIsForgotten() {
        revoked("grant", Duration.ZERO);
        log.poll();
        database.update("DELETE FROM revocation");
        nanos.addAndGet(Duration.ofMinutes(12).toNanos());
        polls();
        assertThat(log.isLive("grant")).isFalse();

        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        polls();
        assertThat(log.isLive("grant")).isTrue();
    }

    @Test
    void whereMoreHaveEndedThanCanBeHeldNobodyComesInUntilTheyAreForgotten() {
        log.poll();
        for (int number = 0; number < MOST + 3; number++) {
            revoked("grant-" + number, Duration.ZERO);
        }
        log.poll();
        assertThat(log.isLive("grant-0")).isFalse();
        assertRefused(Reason.STORE_UNAVAILABLE, () -> log.isLive("another"));
        assertThat(log.loaded()).isTrue();

        database.update("DELETE FROM revocation");
        nanos.addAndGet(Duration.ofMinutes(14).toNanos());
        polls();
        assertThat(log.isLive("another")).isTrue();
    }

    private void polls() {
        for (int poll = 0; poll < POLLS_UNTIL_A_LONG_ONE; poll++) {
            log.poll();
        }
    }

    /** By the database's own clock. */
    private void revoked(String grantId, Duration ago) {
        database.update(
                "INSERT INTO revocation (grant_id, revoked_at) VALUES (?, CURRENT_TIMESTAMP - INTERVAL '%d' SECOND)"
                        .formatted(ago.toSeconds()),
                grantId);
    }
}
