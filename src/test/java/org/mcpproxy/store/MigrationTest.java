package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;

class MigrationTest {

    /** H2 is one process's own. */
    @Test
    void nodesThatStartAtOnceMakeTheTablesOnce() {
        DataSource source = Databases.POSTGRESQL.fresh();

        Race.of(5, () -> {
            Migration.run(source);
            return true;
        });

        assertThat(count(source, "\"schema_history\" WHERE \"version\" = '1'")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void tablesThatAreUpToDateAreLeftAsTheyAre(Databases kind) {
        DataSource source = kind.fresh();
        Migration.run(source);
        execute(source, "INSERT INTO lease (name) VALUES ('kept')");

        Migration.run(source);

        assertThat(count(source, "lease WHERE name = 'kept'")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aStoreOfAnOlderVersionGoesOn(Databases kind) {
        DataSource source = first(kind);
        execute(
                source,
                "INSERT INTO upstream_session (grant_id, sealed_tokens, secret_id, ended_at)"
                        + " VALUES ('ended', CAST('' AS BYTEA), 'id', CURRENT_TIMESTAMP)");

        // as after a kill between two statements, each of which H2 commits
        execute(source, "ALTER TABLE upstream_session ADD COLUMN revoke_after TIMESTAMP WITH TIME ZONE");

        Migration.run(source);

        assertThat(count(source, "upstream_session WHERE revoke_after IS NULL")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void underAWrongSecretNotEvenTheTablesAreChanged(Databases kind) {
        DataSource source = first(kind);
        execute(
                source,
                "INSERT INTO signing_key (id, sealed_key, secret_id, created_at, signs_from)"
                        + " VALUES ('key', CAST('' AS BYTEA), 'lost', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)");
        StoreOpening opening = new StoreOpening(source, new StoreStatus(), Samples.settings(), null, null);

        assertThatThrownBy(() -> opening.start(null)).isInstanceOf(WrongSecretException.class);

        assertThat(count(source, "\"schema_history\" WHERE \"version\" = '2'")).isZero();
    }

    /** Which may have 500 characters. */
    @ParameterizedTest
    @EnumSource
    void whatIsGrantedMayBeAClientsThatIsNamedByAUrl(Databases kind) {
        DataSource source = kind.fresh();
        Migration.run(source);
        String clientIds = "information_schema.columns WHERE LOWER(column_name) = 'client_id'";

        assertThat(count(source, clientIds)).isGreaterThanOrEqualTo(6);
        assertThat(count(source, clientIds + " AND character_maximum_length < 500"))
                .isZero();
    }

    /** As the first version left it. */
    private static DataSource first(Databases kind) {
        DataSource source = kind.fresh();
        Flyway.configure(Migration.class.getClassLoader())
                .configuration(Migration.flyway(source).getConfiguration())
                .target("1")
                .load()
                .migrate();
        return source;
    }

    private static void execute(DataSource source, String sql) {
        Jdbi.create(source).useHandle(handle -> handle.execute(sql));
    }

    private static long count(DataSource source, String of) {
        return Jdbi.create(source)
                .withHandle(handle -> handle.select("SELECT COUNT(*) FROM " + of)
                        .mapTo(Long.class)
                        .one());
    }
}
