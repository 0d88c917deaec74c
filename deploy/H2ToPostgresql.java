import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Copies every row from the H2 file of a stopped node into a PostgreSQL that has our tables (docs/storage.md), whose rows it
 * replaces: all of them, or, where anything fails, none. The drivers lie in the server's folder jdbc/ (in this repository:
 * target/jdbc). STORE is the file without .mv.db, such as …/servers/proxy/store/proxy.
 *
 * <pre>
 * DATABASE_URL=jdbc:postgresql://… DATABASE_USER=… DATABASE_PASSWORD=… java -cp "DRIVERS/*" deploy/H2ToPostgresql.java STORE
 * </pre>
 */
class H2ToPostgresql {

    private static final List<String> TABLES = List.of(
            "client",
            "client_ending",
            "client_assertion",
            "used_proof",
            "used_identity_assertion",
            "pushed_request",
            "device_authorization",
            "pending_authorization",
            "access_grant",
            "authorization_code",
            "refresh_token",
            "upstream_session",
            "revocation",
            "approval",
            "mcp_session",
            "signing_key");
    private static final int BATCH = 1_000;

    public static void main(String[] arguments) throws SQLException {
        Path store = Path.of(arguments[0]).toAbsolutePath();
        if (!Files.exists(Path.of(store + ".mv.db"))) {
            System.err.println("There is no " + store + ".mv.db");
            System.exit(1);
        }
        try (Connection from = connection("jdbc:h2:file:" + store + ";IFEXISTS=TRUE", "H2");
                Connection to = connection(System.getenv("DATABASE_URL"), "DATABASE")) {
            to.setAutoCommit(false);
            for (String table : TABLES) {
                System.out.println(table + " " + copy(table, from, to));
            }
            to.commit();
        }
        System.out.println("All tables are copied.");
    }

    /** Signs in as the proxy does where nothing else is set. */
    private static Connection connection(String url, String prefix) throws SQLException {
        return DriverManager.getConnection(
                url,
                System.getenv().getOrDefault(prefix + "_USER", "proxy"),
                System.getenv().getOrDefault(prefix + "_PASSWORD", ""));
    }

    /** @return how many rows */
    private static int copy(String table, Connection from, Connection to) throws SQLException {
        to.createStatement().execute("DELETE FROM " + table);
        try (ResultSet rows = from.createStatement().executeQuery("SELECT * FROM " + table)) {
            List<String> columns = IntStream.rangeClosed(1, rows.getMetaData().getColumnCount())
                    .mapToObj(column -> name(rows, column))
                    .collect(Collectors.toList());
            String places = columns.stream().map(column -> "?").collect(Collectors.joining(", "));
            try (PreparedStatement insert = to.prepareStatement(
                    "INSERT INTO " + table + " (" + String.join(", ", columns) + ") VALUES (" + places + ")")) {
                return copy(rows, columns.size(), insert);
            }
        }
    }

    private static int copy(ResultSet rows, int columns, PreparedStatement insert) throws SQLException {
        int copied = 0;
        while (rows.next()) {
            for (int column = 1; column <= columns; column++) {
                insert.setObject(column, rows.getObject(column));
            }
            insert.addBatch();
            copied++;
            if (copied % BATCH == 0) {
                insert.executeBatch();
            }
        }
        insert.executeBatch();
        return copied;
    }

    private static String name(ResultSet rows, int column) {
        try {
            return rows.getMetaData().getColumnName(column).toLowerCase();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
