package org.mcpproxy.store;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.JdbiException;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.Failures;

/**
 * Opens the store at the application's start: brings the tables up to date, sees that our secrets fit what was sealed, and
 * sets the store's own work going. A database that cannot be had yet is tried again; a wrong secret or a
 * newer store stops the start, or where the application runs by then, says that it is to be started again.
 */
@ApplicationScoped
class StoreOpening {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Logger LOG = System.getLogger(StoreOpening.class.getName());

    private final DataSource source;
    private final StoreStatus status;
    private final Connections connections;
    private final Settings settings;
    private final StoreSchedule schedule;
    private final ManagedScheduledExecutorService executor;
    private volatile boolean stopped;

    @Inject
    StoreOpening(
            DataSource source,
            StoreStatus status,
            Connections connections,
            Settings settings,
            StoreSchedule schedule,
            ManagedScheduledExecutorService executor) {
        this.source = source;
        this.status = status;
        this.connections = connections;
        this.settings = settings;
        this.schedule = schedule;
        this.executor = executor;
    }

    /** For CDI's proxy. */
    protected StoreOpening() {
        this(null, null, null, null, null, null);
    }

    /** The first try is part of the start, so that what can never go well stops the application. */
    void start(@Observes @Initialized(ApplicationScoped.class) Object application) {
        if (!opened()) {
            tryAgainAfter(SHORTEST_PAUSE);
        }
    }

    @PreDestroy
    void stop() {
        stopped = true;
    }

    private void tryAgainAfter(Duration pause) {
        executor.schedule(() -> tryAgain(pause), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tryAgain(Duration pause) {
        if (stopped) {
            return;
        }
        try {
            if (!opened()) {
                Duration next = pause.multipliedBy(2);
                tryAgainAfter(next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next);
            }
        } catch (WrongSecretException | NewerStoreException e) {
            status.refused();
            LOG.log(Level.ERROR, e.getMessage());
        } catch (RuntimeException e) {
            Failures.log("Opening the store", e);
            tryAgainAfter(LONGEST_PAUSE);
        }
    }

    /** @throws WrongSecretException and {@link NewerStoreException} for good */
    private boolean opened() {
        try {
            H2File.of(source, settings.databaseReserve()).ifPresent(this::spare);
            if (Migration.isBegun(source)) {
                requireSecrets();
            }
            Migration.run(source);
            // Once more: another node may have made the tables, and sealed something, just now.
            requireSecrets();
            status.opened();
            schedule.start();
            LOG.log(Level.INFO, "The store is open");
            return true;
        } catch (FlywayException | JdbiException | Rejection e) {
            LOG.log(Level.WARNING, "The store cannot be opened yet, and is tried again: {0}", why(e));
            return false;
        }
    }

    private void spare(H2File file) {
        connections.shareOne();
        status.in(file);
        if (!status.hasRoom()) {
            throw Rejection.of(Reason.STORE_UNAVAILABLE);
        }
    }

    /** Before anything is changed in the store, and before anybody else may use it. */
    private void requireSecrets() {
        StoreStatus unseen = new StoreStatus();
        unseen.opened();
        new SecretCheck(new Database(source, unseen), settings).require();
    }

    /** The driver's own words, which name addresses and files but no value of ours. */
    private static String why(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException known) {
                return known.getMessage() + " (SQL state " + known.getSQLState() + ")";
            }
        }
        return failure.getMessage();
    }
}
