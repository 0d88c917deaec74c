package org.mcpproxy.store;

import com.nimbusds.oauth2.sdk.util.URLUtils;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import org.mcpproxy.authorization.PushedRequest;
import org.mcpproxy.authorization.PushedRequests;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Pushed authorization requests, by the hash of their name; their parameters as a form has them. */
@Singleton
public class JdbcPushedRequests implements PushedRequests {

    private static final int MOST = 50_000;

    /** In characters, as the column has. */
    private static final int LONGEST = 8192;

    private final Database database;
    private final Capacity capacity;
    private final Clock clock;

    @Inject
    public JdbcPushedRequests(Database database, Clock clock) {
        this(database, clock, MOST);
    }

    JdbcPushedRequests(Database database, Clock clock, int most) {
        this.database = database;
        this.capacity = new Capacity(database, "SELECT COUNT(*) FROM pushed_request", most, clock);
        this.clock = clock;
    }

    @Override
    public void save(PushedRequest pushed) {
        String parameters = URLUtils.serializeParameters(pushed.parameters().values());
        if (parameters.length() > LONGEST) {
            throw Rejection.of(Reason.REQUEST_TOO_LARGE);
        }
        capacity.require();
        database.update(
                "INSERT INTO pushed_request (handle_hash, client_id, parameters, expires_at) VALUES (?, ?, ?, ?)",
                pushed.handleHash(),
                pushed.clientId(),
                parameters,
                pushed.expiresAt());
    }

    @Override
    public Optional<PushedRequest> find(String handleHash, String clientId) {
        return database.with(handle -> handle.select(
                        "SELECT * FROM pushed_request WHERE handle_hash = ? AND client_id = ? AND expires_at > ?",
                        handleHash,
                        clientId,
                        clock.instant())
                .map((row, context) -> read(row))
                .findOne());
    }

    @Override
    public boolean use(String handleHash) {
        return database.update("DELETE FROM pushed_request WHERE handle_hash = ?", handleHash) > 0;
    }

    private static PushedRequest read(ResultSet row) throws SQLException {
        return new PushedRequest(
                row.getString("handle_hash"),
                row.getString("client_id"),
                new Parameters(URLUtils.parseParameters(row.getString("parameters"))),
                Database.instant(row, "expires_at"));
    }
}
