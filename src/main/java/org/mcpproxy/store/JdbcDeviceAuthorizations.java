package org.mcpproxy.store;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.DeviceAuthorizations;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Resources;

/** What devices have asked for, by the hashes of both codes. Whatever changes one asks for how it stood before. */
@Singleton
public class JdbcDeviceAuthorizations implements DeviceAuthorizations {

    /** For how long after its end one is kept. */
    static final Duration KEPT = Duration.ofHours(1);

    private static final int MOST = 50_000;

    /** Of one payer, that wait for a person. */
    private static final int MOST_OF_ONE = 200;

    private static final Duration NEXT_TRY = Duration.ofMinutes(1);

    /** A device's clock may run a little faster, and that of the node that it asks be a little behind. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(1);

    private static final String OPEN = "decision = 'PENDING' AND expires_at > ?";

    private final Database database;
    private final Capacity capacity;
    private final Clock clock;

    @Inject
    public JdbcDeviceAuthorizations(Database database, Clock clock) {
        this(database, clock, MOST);
    }

    JdbcDeviceAuthorizations(Database database, Clock clock, int most) {
        this.database = database;
        this.capacity = new Capacity(database, "SELECT COUNT(*) FROM device_authorization", most, clock);
        this.clock = clock;
    }

    @Override
    public boolean begin(DeviceAuthorization begun) {
        capacity.require();
        requireFew(begun.payer());
        return database.update(
                        """
                        INSERT INTO device_authorization (hash, user_code_hash, client_id, scope, resource, demands, payer,
                            address, begun_at, expires_at, decision, interval_seconds, next_poll_at)
                        SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'PENDING', ?, ?
                        WHERE NOT EXISTS (SELECT 1 FROM device_authorization WHERE user_code_hash = ?)
                        """,
                        begun.hash(),
                        begun.userCodeHash(),
                        begun.clientId(),
                        begun.scope().toString(),
                        begun.resources().toString(),
                        DemandsText.write(begun.demands()),
                        begun.payer(),
                        begun.address(),
                        begun.begunAt(),
                        begun.expiresAt(),
                        INTERVAL_SECONDS,
                        begun.begunAt(),
                        begun.userCodeHash())
                > 0;
    }

    private void requireFew(String payer) {
        long open = database.with(handle -> handle.select(
                        "SELECT COUNT(*) FROM device_authorization WHERE payer = ? AND " + OPEN, payer, clock.instant())
                .mapTo(Long.class)
                .one());
        if (open >= MOST_OF_ONE) {
            throw Rejection.until(Reason.TOO_MANY_REQUESTS, NEXT_TRY);
        }
    }

    @Override
    public Optional<DeviceAuthorization> find(String hash) {
        return database.with(handle -> handle.select(
                        "SELECT * FROM device_authorization WHERE hash = ? AND expires_at > ?",
                        hash,
                        clock.instant().minus(KEPT))
                .map((row, context) -> read(row))
                .findOne());
    }

    @Override
    public Optional<DeviceAuthorization> findOpen(List<String> userCodeHashes) {
        return userCodeHashes.stream().flatMap(hash -> open(hash).stream()).findFirst();
    }

    private Optional<DeviceAuthorization> open(String userCodeHash) {
        return database.with(handle -> handle.select(
                        "SELECT * FROM device_authorization WHERE user_code_hash = ? AND " + OPEN,
                        userCodeHash,
                        clock.instant())
                .map((row, context) -> read(row))
                .findOne());
    }

    @Override
    public boolean poll(String hash) {
        Instant now = clock.instant();
        return database.inTransaction(handle -> handle.select(
                        "SELECT interval_seconds, next_poll_at FROM device_authorization WHERE hash = ? FOR UPDATE",
                        hash)
                .map((row, context) -> new Pace(row.getInt("interval_seconds"), Database.instant(row, "next_poll_at")))
                .findOne()
                .map(pace -> keep(handle, hash, pace, now))
                .orElse(false));
    }

    private static boolean keep(Handle handle, String hash, Pace pace, Instant now) {
        boolean inTime = !now.plus(CLOCKS_DIFFER).isBefore(pace.nextPollAt());
        int interval = inTime ? pace.interval() : pace.interval() + INTERVAL_SECONDS;
        handle.execute(
                "UPDATE device_authorization SET interval_seconds = ?, next_poll_at = ? WHERE hash = ?",
                interval,
                now.plusSeconds(interval),
                hash);
        return inTime;
    }

    @Override
    public boolean allow(String hash, String grantId) {
        return database.update(
                        "UPDATE device_authorization SET decision = 'ALLOWED', grant_id = ? WHERE hash = ? AND " + OPEN,
                        grantId,
                        hash,
                        clock.instant())
                > 0;
    }

    @Override
    public boolean deny(String hash) {
        return database.update(
                        "UPDATE device_authorization SET decision = 'DENIED' WHERE hash = ? AND " + OPEN,
                        hash,
                        clock.instant())
                > 0;
    }

    @Override
    public boolean redeem(DeviceAuthorization allowed, Optional<RefreshToken> first, Instant grantExpiresAt) {
        Instant now = clock.instant();
        return database.inTransaction(handle -> Rows.redeem(
                handle,
                allowed.grantId().orElseThrow(),
                grantExpiresAt,
                first,
                now,
                () -> handle.execute("""
                        UPDATE device_authorization SET decision = 'REDEEMED'
                        WHERE hash = ? AND decision = 'ALLOWED' AND expires_at > ?
                        """, allowed.hash(), now)));
    }

    private static DeviceAuthorization read(ResultSet row) throws SQLException {
        return new DeviceAuthorization(
                row.getString("hash"),
                row.getString("user_code_hash"),
                row.getString("client_id"),
                Scope.parse(row.getString("scope")),
                Resources.parse(row.getString("resource")),
                DemandsText.read(row.getString("demands")),
                row.getString("payer"),
                row.getString("address"),
                Database.instant(row, "begun_at"),
                Database.instant(row, "expires_at"),
                Decision.valueOf(row.getString("decision")),
                Optional.ofNullable(row.getString("grant_id")));
    }

    /** @param interval in seconds */
    private record Pace(int interval, Instant nextPollAt) {}
}
