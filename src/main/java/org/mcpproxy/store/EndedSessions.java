package org.mcpproxy.store;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.grant.UpstreamSessions;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.Failures;

/**
 * Revokes at Okta what whoever ended the grant could not: its node died, Okta was away, or a refresh was under way. It is
 * tried again and again, until Okta itself must have let an unused session go.
 */
final class EndedSessions implements Chore {

    /** Each is a call to Okta. */
    static final int BATCH = 20;

    /** For whoever ended the grant to do it himself. */
    static final Duration OTHERS_TIME = Duration.ofSeconds(30);

    private static final Duration PART = Duration.ofSeconds(10);

    static final Duration NEXT_TRY = Duration.ofMinutes(1);

    /** Okta's own end of a refresh token that nobody uses. */
    static final Duration LONGEST = Duration.ofDays(7);

    private static final Logger LOG = System.getLogger(EndedSessions.class.getName());

    private final Database database;
    private final UpstreamSessions sessions;
    private final UpstreamSession session;
    private final Clock clock;

    EndedSessions(Database database, UpstreamSessions sessions, UpstreamSession session, Clock clock) {
        this.database = database;
        this.sessions = sessions;
        this.session = session;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "upstream_session";
    }

    /** So that what must not be kept for long goes in time, however many sessions have ended. */
    @Override
    public int mostParts() {
        return 1;
    }

    /**
     * Stops where Okta is away or takes no more for now, as each further try would take its time-out, and where it is slow:
     * others wait. There is more to do now only while all goes well.
     */
    @Override
    public boolean part() {
        long end = System.nanoTime() + PART.toNanos();
        take();
        List<Ended> ended = ended();
        boolean allWell = true;
        for (Ended next : ended) {
            if (System.nanoTime() - end >= 0) {
                return allWell;
            }
            allWell &= revoke(next);
        }
        return allWell && ended.size() == BATCH;
    }

    /** Those that a node of the first version has ended, or that came from its store. */
    private void take() {
        database.update(
                "UPDATE upstream_session SET revoke_after = ended_at WHERE ended_at <= ? AND revoke_after IS NULL",
                clock.instant().minus(OTHERS_TIME));
    }

    private boolean revoke(Ended ended) {
        try {
            session.end(ended.grantId());
            return true;
        } catch (Rejection e) {
            putOff(ended);
            if (e.reason() == Reason.OKTA_UNAVAILABLE) {
                throw e;
            }
        } catch (RuntimeException e) {
            putOff(ended);
            Failures.log("Revoking at Okta", e);
        }
        return false;
    }

    private void putOff(Ended ended) {
        if (ended.at().isBefore(clock.instant().minus(LONGEST))) {
            LOG.log(Level.WARNING, "An Okta session that could not be revoked for {0} is forgotten", LONGEST);
            sessions.remove(ended.grantId());
        } else {
            database.update(
                    "UPDATE upstream_session SET revoke_after = ? WHERE grant_id = ?",
                    clock.instant().plus(NEXT_TRY),
                    ended.grantId());
        }
    }

    private List<Ended> ended() {
        return database.with(handle -> handle.select("""
                        SELECT grant_id, ended_at FROM upstream_session WHERE revoke_after <= ?
                        ORDER BY revoke_after LIMIT ?
                        """, clock.instant(), BATCH)
                .map((row, context) -> Ended.read(row))
                .list());
    }

    private record Ended(String grantId, Instant at) {

        static Ended read(ResultSet row) throws SQLException {
            return new Ended(row.getString("grant_id"), Database.instant(row, "ended_at"));
        }
    }
}
