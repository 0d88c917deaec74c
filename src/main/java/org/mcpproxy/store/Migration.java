package org.mcpproxy.store;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * Brings the tables up to date. Of several nodes that start at once, one does so and the others wait.
 *
 * <p>Flyway finds its files inside an archive of Open Liberty by the file {@code flyway.location} that lies beside them.
 */
final class Migration {

    private static final String LOCATION = "classpath:org/mcpproxy/store/migration";

    private Migration() {}

    static void run(DataSource source) {
        flyway(source).migrate();
    }

    /** Whether there are tables, be they older ones. */
    static boolean isBegun(DataSource source) {
        return flyway(source).info().current() != null;
    }

    static Flyway flyway(DataSource source) {
        return Flyway.configure(Migration.class.getClassLoader())
                .dataSource(source)
                .locations(LOCATION)
                .failOnMissingLocations(true)
                .table("schema_history")
                .load();
    }
}
