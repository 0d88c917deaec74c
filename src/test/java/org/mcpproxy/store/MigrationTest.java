package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        StoreOpening opening =
                new StoreOpening(source, new StoreStatus(), Connections.unlimited(), Samples.settings(), null, null);

        assertThatThrownBy(() -> opening.start(null)).isInstanceOf(WrongSecretException.class);

        assertThat(count(source, "\"schema_history\" WHERE \"version\" = '2'")).isZero();
    }

    /** The attack is a mistake: to go back to the version of before, which would lose what it does not know. */
    @ParameterizedTest
    @CsvSource({"H2, TRUE", "POSTGRESQL, TRUE", "H2, FALSE"})
    void aStoreOfANewerVersionIsNotOpened(Databases kind, String succeeded) {
        DataSource source = kind.fresh();
        Migration.run(source);
        execute(
                source,
                "UPDATE \"schema_history\" SET \"version\" = '99', \"success\" = " + succeeded
                        + " WHERE \"version\" = '9'");
        StoreStatus status = new StoreStatus();
        StoreOpening opening =
                new StoreOpening(source, status, Connections.unlimited(), Samples.settings(), null, null);

        assertThatThrownBy(() -> opening.start(null)).isInstanceOf(NewerStoreException.class);

        assertThat(status.isOpen()).isFalse();
        assertThat(count(source, "\"schema_history\" WHERE \"version\" = '9'"))
                .as("nothing was changed")
                .isZero();
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

    /** Else a flood of any of them would make the removal of each client read all of it. */
    @Test
    void whatGoesWithAClientIsFoundByAnIndex() {
        DataSource source = Databases.POSTGRESQL.fresh();
        Migration.run(source);

        assertThat(List.of(
                        "pushed_request",
                        "device_authorization",
                        "pending_authorization",
                        "authorization_code",
                        "approval",
                        "access_grant"))
                .allSatisfy(table -> assertThat(count(
                                source,
                                "pg_indexes WHERE tablename = '" + table + "' AND indexdef LIKE '%(client_id)'"))
                        .isEqualTo(1));
    }

    /** PostgreSQL takes back what a transaction has begun, statements that change tables among them. */
    @Test
    void whoeverIsKilledBetweenTwoStatementsOfAMigrationBeginsItAgain() {
        List<String> whole = schema(upTo(Databases.H2, "latest"));
        int crashes = 0;
        for (MigrationInfo migration : migrations()) {
            List<String> statements = statements(migration);
            for (int done = 1; done <= statements.size(); done++) {
                DataSource source = before(migration);
                statements.subList(0, done).forEach(statement -> execute(source, statement));

                Migration.run(source);

                assertThat(schema(source))
                        .as("%s, killed after %d statements", migration.getScript(), done)
                        .isEqualTo(whole);
                crashes++;
            }
        }
        assertThat(crashes).isGreaterThan(30);
    }

    @Test
    void aMigrationThatFailedForWantOfRoomIsTriedAgain() {
        DataSource source = upTo(Databases.H2, "3");
        execute(source, "UPDATE \"schema_history\" SET \"success\" = FALSE WHERE \"version\" = '3'");

        Migration.run(source);

        assertThat(schema(source)).isEqualTo(schema(upTo(Databases.H2, "latest")));
        assertThat(count(source, "\"schema_history\" WHERE NOT \"success\"")).isZero();
    }

    /** Or a node whose first start failed would look for secrets in tables that are not there, at every start. */
    @Test
    void whereTheFirstMigrationHasFailedNothingIsBegun() {
        DataSource source = upTo(Databases.H2, "1");
        assertThat(Migration.isBegun(source)).isTrue();
        execute(source, "UPDATE \"schema_history\" SET \"success\" = FALSE");
        execute(source, "DROP TABLE signing_key");

        assertThat(Migration.isBegun(source)).isFalse();
        Migration.run(source);
        assertThat(schema(source)).isEqualTo(schema(upTo(Databases.H2, "latest")));
    }

    /** Two had another text when they were first given out, which older nodes beside this one still compare. */
    @ParameterizedTest
    @EnumSource
    void aStoreThatRanTheFormerTextOfAMigrationGoesOnAndItsHistoryStays(Databases kind) {
        DataSource source = upTo(kind, "3");
        execute(source, "UPDATE \"schema_history\" SET \"checksum\" = 1234 WHERE \"version\" IN ('1', '3')");

        Migration.run(source);

        assertThat(schema(source)).isEqualTo(schema(upTo(kind, "latest")));
        assertThat(count(source, "\"schema_history\" WHERE \"checksum\" = 1234"))
                .isEqualTo(2);
    }

    /** As the first version left it. */
    private static DataSource first(Databases kind) {
        return upTo(kind, "1");
    }

    private static DataSource upTo(Databases kind, String version) {
        DataSource source = kind.fresh();
        Flyway.configure(Migration.class.getClassLoader())
                .configuration(Migration.flyway(source).getConfiguration())
                .target(version)
                .load()
                .migrate();
        return source;
    }

    private static List<MigrationInfo> migrations() {
        return List.of(Migration.flyway(Databases.H2.fresh()).info().all());
    }

    /** Where the history is there, and does not tell of this migration yet. */
    private static DataSource before(MigrationInfo migration) {
        int version = Integer.parseInt(migration.getVersion().getVersion());
        return upTo(Databases.H2, (version - 1) + "?");
    }

    private static List<String> statements(MigrationInfo migration) {
        String name = "/org/mcpproxy/store/migration/" + migration.getScript();
        try (InputStream file = MigrationTest.class.getResourceAsStream(name)) {
            String sql = new String(file.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)--.*$", "");
            return Arrays.stream(sql.split(";"))
                    .filter(statement -> !statement.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every column with its type, and every index that has a name of ours. */
    private static List<String> schema(DataSource source) {
        List<String> columns = strings(source, """
                SELECT lower(table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
                    || COALESCE(CAST(character_maximum_length AS VARCHAR(20)), ''))
                FROM information_schema.columns WHERE lower(table_schema) = 'public'
                """);
        List<String> indexes = strings(
                source,
                isH2(source)
                        ? "SELECT index_name FROM information_schema.indexes WHERE index_type_name = 'INDEX'"
                        : "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'");
        return Stream.concat(columns.stream(), indexes.stream()).sorted().toList();
    }

    private static boolean isH2(DataSource source) {
        return strings(source, "SELECT lower(schema_name) FROM information_schema.schemata").stream()
                .noneMatch("pg_catalog"::equals);
    }

    private static List<String> strings(DataSource source, String sql) {
        return Jdbi.create(source)
                .withHandle(handle -> handle.select(sql).mapTo(String.class).list());
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
