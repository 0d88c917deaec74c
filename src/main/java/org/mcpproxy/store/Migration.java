package org.mcpproxy.store;

import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

/**
 * Brings the tables up to date. Of several nodes that start at once, one does so and the others wait.
 *
 * <p>H2 commits each statement of a migration by itself, so each can run again: whoever was killed between two of them, or
 * had no room left on its disk, begins the migration again. The first and the third could not, at first: what their text
 * was when a database ran them is not compared.
 *
 * <p>Flyway finds its files inside an archive of Open Liberty by the file {@code flyway.location} that lies beside them.
 */
final class Migration {

    private static final String LOCATION = "classpath:org/mcpproxy/store/migration";

    private Migration() {}

    /** @throws NewerStoreException where there are tables that this version does not know */
    static void run(DataSource source) {
        Flyway flyway = flyway(source);
        requireNotNewer(flyway);
        if (hasFailed(flyway)) {
            flyway.repair();
        }
        flyway.migrate();
    }

    private static void requireNotNewer(Flyway flyway) {
        boolean newer = Arrays.stream(flyway.info().applied())
                .map(MigrationInfo::getState)
                .anyMatch(state -> state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED);
        if (newer) {
            throw new NewerStoreException();
        }
    }

    /** Which only H2 keeps; Flyway goes no further while it is noted. */
    private static boolean hasFailed(Flyway flyway) {
        return Arrays.stream(flyway.info().applied())
                .anyMatch(migration -> migration.getState().isFailed());
    }

    /** Whether there are tables, be they older ones: not, where the first migration has failed. */
    static boolean isBegun(DataSource source) {
        return Arrays.stream(flyway(source).info().applied())
                .anyMatch(migration -> !migration.getState().isFailed());
    }

    static Flyway flyway(DataSource source) {
        return Flyway.configure(Migration.class.getClassLoader())
                .dataSource(source)
                .locations(LOCATION)
                .failOnMissingLocations(true)
                .table("schema_history")
                .validateOnMigrate(false)
                .load();
    }
}
