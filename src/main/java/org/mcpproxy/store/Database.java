package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.store.StoreMeter.Outcome;

/**
 * Runs SQL. A database that does not answer, is full or read-only becomes {@link Reason#STORE_UNAVAILABLE}; a mistake of
 * ours stays an exception, without the values that were bound.
 */
@Singleton
public class Database {

    private static final Duration NEXT_TRY = Duration.ofSeconds(5);
    private static final int TRIES = 5;
    private static final int STATE_LENGTH = 5;
    private static final Logger LOG = System.getLogger(Database.class.getName());

    /** A serialization failure, a deadlock, a row that another has just inserted: run again, the transaction goes through. */
    private static final Set<String> REPEATABLE = Set.of("40001", "40P01", "23505");

    /** A row that another holds for too long, or a statement that took too long: the database is there. */
    private static final Set<String> BUSY = Set.of("55P03", "57014", "HYT00");

    /** Classes of SQL states that mean no connection, and an end from outside. */
    private static final Set<String> SILENCES = Set.of("08", "57");

    /** Classes of SQL states that mean a mistake in a statement or in its values: syntax, data, constraint. */
    private static final Set<String> MISTAKES = Set.of("42", "22", "23");

    private final Jdbi jdbi;
    private final StoreStatus status;
    private final Breaker breaker;
    private final StoreMeter meter;
    private final Connections connections;
    private final boolean first;

    @Inject
    public Database(DataSource source, StoreStatus status, Connections connections, StoreMeter meter) {
        this(source, status, connections, false, meter);
    }

    /** With as many connections as there are. */
    public Database(DataSource source, StoreStatus status) {
        this(source, status, Connections.unlimited(), StoreMeter.unwatched());
    }

    /** For the revocation log's one thread, which waits for nobody, and asks a silent database too. */
    static Database ofOneWhoNeverWaits(DataSource source, StoreStatus status, Connections connections) {
        return new Database(source, status, connections, true, StoreMeter.unwatched());
    }

    private Database(DataSource source, StoreStatus status, Connections connections, boolean first, StoreMeter meter) {
        this.jdbi = Jdbi.create(source);
        this.jdbi.registerArgument(new InstantArgument());
        this.jdbi.registerArgument(new TextArgument());
        this.status = status;
        this.breaker = status.breaker();
        this.connections = connections;
        this.first = first;
        this.meter = meter;
    }

    /** Reads, by statements that each stand alone. */
    <T> T with(Function<Handle, T> work) {
        return judged(() -> jdbi.withHandle(work::apply));
    }

    /** Reads in one transaction, without having all rows in memory. */
    <T> T streaming(Function<Handle, T> work) {
        return judged(() -> jdbi.inTransaction(work::apply));
    }

    /** Runs statements that take effect together or not at all, even where this process is killed in the middle of them. */
    <T> T inTransaction(Function<Handle, T> work) {
        requireRoom();
        return judged(() -> jdbi.inTransaction(work::apply));
    }

    /** @return how many rows were changed */
    int update(String sql, Object... values) {
        requireRoom();
        int rows = judged(() -> jdbi.withHandle(handle -> handle.execute(sql, values)));
        if (rows > 0) {
            status.written();
        }
        return rows;
    }

    /** A column of the type {@code TIMESTAMP WITH TIME ZONE}, or null. */
    static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private void requireRoom() {
        if (!status.hasRoom()) {
            throw Rejection.until(Reason.STORE_UNAVAILABLE, NEXT_TRY);
        }
    }

    private <T> T judged(Supplier<T> work) {
        if (!status.isOpen() || !connections.acquire(first)) {
            throw Rejection.until(Reason.STORE_UNAVAILABLE, NEXT_TRY);
        }
        try {
            if (!first && !breaker.mayAsk()) {
                throw Rejection.until(Reason.STORE_UNAVAILABLE, NEXT_TRY);
            }
            return tried(work);
        } finally {
            connections.release(first);
        }
    }

    private <T> T tried(Supplier<T> work) {
        long since = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try {
                T result = work.get();
                breaker.answered();
                meter.worked(Outcome.ANSWERED, since);
                return result;
            } catch (JdbiException e) {
                String state = state(e);
                if (!REPEATABLE.contains(state) || attempt == TRIES) {
                    meter.worked(outcome(state), since);
                    throw failure(state, e);
                }
            } catch (RuntimeException | Error e) {
                // the work's own end, such as a refusal of what the database has answered, or of a value before it was
                // asked
                breaker.undecided();
                meter.worked(e instanceof Rejection ? Outcome.ANSWERED : Outcome.FAILED, since);
                throw e;
            }
        }
    }

    private RuntimeException failure(String state, JdbiException failure) {
        if (isMistake(state)) {
            breaker.answered();
            return new IllegalStateException("A statement failed with SQL state " + state + unquoted(failure));
        }
        LOG.log(Level.DEBUG, "The database failed with SQL state {0}", state);
        if (BUSY.contains(state)) {
            breaker.answered();
            return Rejection.until(Reason.STORE_UNAVAILABLE, NEXT_TRY);
        }
        if (isSilence(state)) {
            breaker.silent();
        } else {
            breaker.answered();
        }
        status.lost(state.isEmpty() ? "no connection" : "SQL state " + state);
        return Rejection.until(Reason.STORE_UNAVAILABLE, NEXT_TRY);
    }

    private static Outcome outcome(String state) {
        if (isMistake(state)) {
            return Outcome.FAILED;
        }
        return BUSY.contains(state) ? Outcome.BUSY : Outcome.LOST;
    }

    private static boolean isMistake(String state) {
        return state.length() == STATE_LENGTH && MISTAKES.contains(state.substring(0, 2));
    }

    /** No connection, a broken one, or a server that is going down: not one that has read a statement. */
    private static boolean isSilence(String state) {
        return state.length() != STATE_LENGTH || SILENCES.contains(state.substring(0, 2));
    }

    /** Where it happened. Messages are left out, as databases quote values in them. */
    private static String unquoted(JdbiException failure) {
        return Arrays.stream(failure.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith(Database.class.getPackageName()))
                .filter(frame -> !frame.getClassName().equals(Database.class.getName()))
                .findFirst()
                .map(frame -> ", at " + frame)
                .orElse("");
    }

    private static String state(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException known && known.getSQLState() != null) {
                return known.getSQLState();
            }
        }
        return "";
    }

    /** PostgreSQL knows no U+0000: a stranger's text with one can be neither kept nor found. */
    private static final class TextArgument extends AbstractArgumentFactory<String> {

        TextArgument() {
            super(Types.VARCHAR);
        }

        @Override
        protected Argument build(String value, ConfigRegistry config) {
            if (value.indexOf('\0') >= 0) {
                throw Rejection.of(Reason.MALFORMED_REQUEST);
            }
            return (position, statement, context) -> statement.setString(position, value);
        }
    }

    /** JDBI itself would bind a time without its zone. */
    private static final class InstantArgument extends AbstractArgumentFactory<Instant> {

        InstantArgument() {
            super(Types.TIMESTAMP_WITH_TIMEZONE);
        }

        @Override
        protected Argument build(Instant value, ConfigRegistry config) {
            return (position, statement, context) -> statement.setObject(position, value.atOffset(ZoneOffset.UTC));
        }
    }
}
