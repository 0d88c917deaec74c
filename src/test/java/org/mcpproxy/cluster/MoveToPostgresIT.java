package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Postgres;
import org.mcpproxy.system.ProxySystem;

/** The way from H2 to PostgreSQL, as {@code docs/storage.md} tells it. */
class MoveToPostgresIT {

    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final String SECRET = "c2VjcmV0IG9mIHRoZSBtb3ZlIHRvIHBvc3RncmVzcWwgdGVzdCE=";

    @Test
    void everyClientGoesOnAfterTheMove() throws IOException, InterruptedException, SQLException {
        try (Postgres postgres = Postgres.start();
                Installation installation =
                        Installation.start(ProxySystem.plan().named("move").with("SESSION_SECRET_KEY", SECRET))) {
            ProxySystem proxy = installation.proxy();
            OAuthClient client = OAuthClient.publicClient(proxy);
            Answer tokens = client.signOn("alice");

            proxy.stop();
            proxy.launchAgain(Map.of("DATABASE_URL", postgres.url(), "DATABASE_USER", Postgres.USER))
                    .awaitReady();
            assertThat(client.refresh(tokens.get("refresh_token")).status())
                    .as("in the empty database")
                    .isEqualTo(401);
            proxy.stop();
            String output = copy(proxy.folder().resolve("store/proxy"), postgres.url());
            assertThat(output.lines().map(line -> line.split(" ")[0]))
                    .as("tables that were copied")
                    .containsAll(tables(postgres));
            proxy.startAgain();

            assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
            assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
        }
    }

    /** All but what is of the database itself, or of the moment. */
    private static List<String> tables(Postgres postgres) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Connection connection = postgres.connection();
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
                                + " AND table_name NOT IN ('lease', 'schema_history')")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        assertThat(tables).hasSizeGreaterThan(10);
        return tables;
    }

    private static String copy(Path store, String url) throws IOException, InterruptedException {
        ProcessBuilder script = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        PROJECT.resolve("target/jdbc") + "/*",
                        PROJECT.resolve("deploy/H2ToPostgresql.java").toString(),
                        store.toString())
                .redirectErrorStream(true);
        script.environment().putAll(Map.of("DATABASE_URL", url, "DATABASE_USER", Postgres.USER));
        Process process = script.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("client 1", "access_grant 1", "upstream_session 1", "signing_key 1");
        return output;
    }
}
