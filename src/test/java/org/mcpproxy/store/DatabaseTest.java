package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcDataSource;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.Exposition;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.system.Waiting;

@OnEachDatabase
class DatabaseTest {

    private final Databases kind;
    private final Database database;
    private final Kept kept;

    DatabaseTest(Databases kind) {
        this.kind = kind;
        SettableClock clock = new SettableClock();
        Store store = Store.empty(kind, clock);
        database = store.database;
        kept = new Kept(store, clock);
    }

    /** Databases quote what was sent in their messages, and those reach the log. */
    @Test
    void aMistakeOfOursTellsNoValue() {
        String tooLong = "secret-value".repeat(100);

        assertThatThrownBy(() -> database.update("INSERT INTO lease (name) VALUES (?)", tooLong))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SQL state 22001")
                .hasNoCause();
    }

    @Test
    void aMistakeOfOursSaysWhereItIs() {
        Store store = Store.empty(kind, new SettableClock());
        store.grants.open(kept.grant("one"));

        assertThatThrownBy(() -> store.grants.open(kept.grant("one"))).hasMessageContaining("JdbcGrants");
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01", "23505"})
    void whatMayGoThroughTheNextTimeIsTriedAgain(String state) {
        AtomicInteger tries = new AtomicInteger();

        int rows = database.inTransaction(handle -> {
            int changed = handle.execute("INSERT INTO lease (name) VALUES ('one')");
            if (tries.incrementAndGet() < 3) {
                throw failure(state);
            }
            return changed;
        });

        assertThat(rows).isEqualTo(1);
        assertThat(tries).hasValue(3);
        assertThat(kept.column("SELECT name FROM lease")).hasSize(1);
    }

    @Test
    void itIsNotTriedForEver() {
        AtomicInteger tries = new AtomicInteger();

        Rejection refused = catchThrowableOfType(
                Rejection.class,
                () -> database.with(handle -> {
                    tries.incrementAndGet();
                    throw failure("40001");
                }));

        assertThat(refused.reason()).isEqualTo(Reason.STORE_UNAVAILABLE);
        assertThat(tries).hasValueBetween(2, 10);
    }

    /** The disk is full, PostgreSQL's disk is full, it is read-only, it stops, it has no connection left. */
    @ParameterizedTest
    @ValueSource(strings = {"90031", "53100", "25006", "57P01", "53300", "08006", "HYT00"})
    void aDatabaseThatCannotIsUnavailableForAWhile(String state) {
        Rejection refused = catchThrowableOfType(
                Rejection.class,
                () -> database.with(handle -> {
                    throw failure(state);
                }));

        assertThat(refused.reason()).isEqualTo(Reason.STORE_UNAVAILABLE);
        assertThat(refused.retryAfter()).isPresent();
    }

    @Test
    void aLostDatabaseIsNotedUntilItHasTakenAWrite() {
        StoreStatus status = Databases.open();
        Database other = new Database(kind.empty(), status);
        catchThrowableOfType(
                Rejection.class,
                () -> other.with(handle -> {
                    throw failure("08006");
                }));
        assertThat(status.isLost()).isTrue();

        other.with(handle -> handle.select("SELECT * FROM lease").mapToMap().list());
        other.inTransaction(
                handle -> handle.select("SELECT * FROM lease").mapToMap().list());
        other.update("DELETE FROM lease");
        assertThat(status.isLost())
                .as("where the disk is full all this goes well")
                .isTrue();

        other.update("INSERT INTO lease (name) VALUES ('one')");
        assertThat(status.isLost()).isFalse();
    }

    /** One row that somebody holds is no lost database: others must not wait for it. */
    @ParameterizedTest
    @ValueSource(strings = {"55P03", "57014", "HYT00"})
    void aStatementThatTakesTooLongIsItsOwnAffair(String state) {
        StoreStatus status = Databases.open();
        Database other = new Database(kind.empty(), status);

        assertRefused(
                Reason.STORE_UNAVAILABLE,
                () -> other.with(handle -> {
                    throw failure(state);
                }));

        assertThat(status.isLost()).isFalse();
        assertThat(status.breaker().mayAsk()).isTrue();
        assertThat(status.breaker().mayAsk()).isTrue();
    }

    /** Else a revocation would wait behind those who ask for other things. */
    @Test
    void theRevocationLogAsksASilentDatabaseBesideAnother() {
        StoreStatus status = Databases.open();
        status.breaker().silent();
        assertThat(status.breaker().mayAsk()).as("whoever asks now").isTrue();
        Database first = Database.ofOneWhoNeverWaits(kind.empty(), status, Connections.unlimited());
        Database later = new Database(kind.empty(), status);

        assertRefused(Reason.STORE_UNAVAILABLE, () -> later.update("DELETE FROM lease"));
        first.update("DELETE FROM lease");

        assertThat(later.update("DELETE FROM lease")).isZero();
    }

    /** Each who asks waits for its time-outs: without this, with every thread there is. */
    @Test
    void aDatabaseThatDoesNotAnswerIsAskedByOneAtATimeUntilItDoes() {
        catchThrowableOfType(
                Rejection.class,
                () -> database.with(handle -> {
                    throw failure("08006");
                }));

        int rows = database.with(handle -> {
            assertThatThrownBy(() -> database.update("DELETE FROM lease"))
                    .isInstanceOfSatisfying(
                            Rejection.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Reason.STORE_UNAVAILABLE));
            return handle.execute("DELETE FROM lease");
        });
        assertThat(rows).isZero();

        database.with(handle -> database.update("DELETE FROM lease"));
    }

    /** The attack: a stranger's text that is refused before it is sent, as if the database had answered. */
    @Test
    void whatIsRefusedBeforeItIsAskedProvesNothing() {
        StoreStatus status = Databases.open();
        Database database = new Database(kind.empty(), status);
        status.breaker().silent();

        assertRefused(Reason.MALFORMED_REQUEST, () -> database.update("DELETE FROM lease WHERE name = ?", "a\0b"));

        assertThat(status.breaker().mayAsk()).as("one, who is let in").isTrue();
        assertThat(CompletableFuture.supplyAsync(status.breaker()::mayAsk).join())
                .as("another beside him")
                .isFalse();
    }

    /** The attack: more who wait for a connection than there are threads, so that MCP calls wait behind them. */
    @Test
    void noMoreWaitForAConnectionThanLeaveThreadsForOthers() {
        Database one = new Database(kind.empty(), Databases.open(), Connections.of(1), StoreMeter.unwatched());
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Integer>> waiting = one.with(handle -> {
                List<CompletableFuture<Integer>> others = IntStream.range(0, Connections.MOST_WAITING + 50)
                        .mapToObj(i -> CompletableFuture.supplyAsync(
                                () -> one.update("DELETE FROM lease WHERE name = ?", "none"), threads))
                        .toList();
                Waiting.until("those who are refused", Duration.ofSeconds(4), () -> refused(others) >= 50);
                return others;
            });

            assertThat(refused(waiting)).isEqualTo(50);
            assertThat(waiting.stream().filter(other -> !other.isCompletedExceptionally()))
                    .hasSize(Connections.MOST_WAITING)
                    .allSatisfy(other -> assertThat(other.join()).isZero());
        } finally {
            threads.shutdownNow();
        }
    }

    /** As with H2, which comes to grief when it cannot write while others are within. */
    @Test
    void whereThereIsOneForAllTheRevocationLogWaitsForItToo() {
        Connections one = Connections.of(20);
        one.shareOne();
        Database others = new Database(kind.empty(), Databases.open(), one, StoreMeter.unwatched());
        Database log = Database.ofOneWhoNeverWaits(kind.empty(), Databases.open(), one);

        CompletableFuture<Integer> second = others.with(handle -> {
            CompletableFuture<Integer> later = CompletableFuture.supplyAsync(() -> log.with(inner -> 1));
            Waiting.until("one who waits", Duration.ofSeconds(4), () -> waiting(one) == 1 || later.isDone());
            assertThat(later).isNotDone();
            return later;
        });

        assertThat(second.join()).isEqualTo(1);
        assertThat(CompletableFuture.supplyAsync(() -> others.with(handle -> 2)).join())
                .isEqualTo(2);
    }

    private static double waiting(Connections connections) {
        Meters meters = new Meters();
        connections.describe(meters);
        return Exposition.of(meters).value("mcp_proxy_database_waiting");
    }

    /** The attack: many who write, and a disk that comes to its end in the middle of it. */
    @Test
    void nothingIsWrittenWhileTheDiskHasTooLittleRoom() throws IOException {
        StoreStatus status = Databases.open();
        Database spared = new Database(kind.empty(), status);
        FileStore disk = Files.getFileStore(Path.of("."));
        status.in(new H2File(disk, Long.MAX_VALUE));

        assertRefused(Reason.STORE_UNAVAILABLE, () -> spared.update("DELETE FROM lease"));
        assertRefused(Reason.STORE_UNAVAILABLE, () -> spared.inTransaction(handle -> 1));
        assertThat(status.isLost()).isTrue();
        assertThat(spared.<Integer>with(handle -> 1)).isEqualTo(1);
        assertThat(spared.<Integer>streaming(handle -> 1)).isEqualTo(1);

        status.in(new H2File(disk, 1));
        spared.update("INSERT INTO lease (name, holder, leased_until) VALUES ('one', 'me', CURRENT_TIMESTAMP)");
        assertThat(status.isLost()).isFalse();
    }

    private static long refused(List<CompletableFuture<Integer>> all) {
        return all.stream().filter(CompletableFuture::isCompletedExceptionally).count();
    }

    /** They fail one after another, and each would let another in, who would wait as long. */
    @Test
    void whoAskedBeforeTheSilenceMakesNoRoomForAnother() {
        Breaker breaker = new Breaker();
        breaker.silent();
        assertThat(breaker.mayAsk()).isTrue();

        CompletableFuture.runAsync(breaker::silent).join();

        assertThat(CompletableFuture.supplyAsync(breaker::mayAsk).join()).isFalse();
        breaker.silent();
        assertThat(CompletableFuture.supplyAsync(breaker::mayAsk).join()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"53100", "25006", "40001", "22001"})
    void aDatabaseThatRefusesIsAskedByAll(String state) {
        assertThatThrownBy(() -> database.with(handle -> {
                    throw failure(state);
                }))
                .isInstanceOf(RuntimeException.class);

        database.with(handle -> database.update("DELETE FROM lease"));
    }

    @Test
    void aDatabaseThatIsNotThereIsUnavailable() {
        JdbcDataSource nowhere = new JdbcDataSource();
        nowhere.setUrl("jdbc:h2:tcp://localhost:1/nothing");

        Rejection refused = catchThrowableOfType(
                Rejection.class, () -> new Database(nowhere, Databases.open()).update("DELETE FROM lease"));

        assertThat(refused.reason()).isEqualTo(Reason.STORE_UNAVAILABLE);
    }

    @Test
    void whatIsAskedIsTimedByHowItCameOut() {
        Meters meters = new Meters();
        Database watched =
                new Database(kind.empty(), Databases.open(), Connections.unlimited(), new StoreMeter(meters));

        watched.with(handle -> 1);
        for (String state : List.of("55P03", "42601", "58030")) {
            assertThatThrownBy(() -> watched.with(handle -> {
                        throw failure(state);
                    }))
                    .isInstanceOf(RuntimeException.class);
        }
        assertRefused(
                Reason.GRANT_ENDED,
                () -> watched.with(handle -> {
                    throw Rejection.of(Reason.GRANT_ENDED);
                }));

        assertThat(counted(meters, "database_seconds", "answered")).isEqualTo(2);
        assertThat(counted(meters, "database_seconds", "busy")).isEqualTo(1);
        assertThat(counted(meters, "database_seconds", "failed")).isEqualTo(1);
        assertThat(counted(meters, "database_seconds", "lost")).isEqualTo(1);
    }

    @Test
    void whatIsTakenOfItIsReadAsItStands() {
        Meters meters = new Meters();
        Connections connections = new Connections(Samples.settings(), new StoreMeter(meters));
        Database watched = new Database(kind.empty(), Databases.open(), connections, StoreMeter.unwatched());
        connections.describe(meters);

        watched.with(handle -> {
            assertThat(Exposition.of(meters).value("mcp_proxy_database_connections_used"))
                    .isEqualTo(1);
            return 1;
        });

        assertThat(Exposition.of(meters).value("mcp_proxy_database_connections_used"))
                .isZero();
        assertThat(Exposition.of(meters).value("mcp_proxy_database_connections_limit"))
                .isEqualTo(19);
        assertThat(Exposition.of(meters).value("mcp_proxy_database_waiting")).isZero();
    }

    private static double counted(Meters meters, String family, String outcome) {
        return Exposition.of(meters).value("mcp_proxy_%s_count{outcome=\"%s\"}".formatted(family, outcome));
    }

    @Test
    void whatARefusalInterruptsTakesNoEffect() {
        catchThrowableOfType(
                Rejection.class,
                () -> database.inTransaction(handle -> {
                    handle.execute("INSERT INTO lease (name) VALUES ('one')");
                    throw Rejection.of(Reason.GRANT_ENDED);
                }));

        assertThat(kept.column("SELECT name FROM lease")).isEmpty();
    }

    private static UnableToExecuteStatementException failure(String state) {
        return new UnableToExecuteStatementException(new SQLException("a message", state), null);
    }
}
