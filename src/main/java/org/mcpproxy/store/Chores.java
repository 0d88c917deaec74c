package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.grant.UpstreamSessions;
import org.mcpproxy.relay.Sessions;

/** All that is tidied up in the store, in this order: first what must not be kept for long. */
@Singleton
public class Chores {

    /** A node whose clock is behind must still find what it may give again, and what it must not take again. */
    static final Duration CLOCKS_DIFFER = Duration.ofSeconds(15);

    /** Nothing that was issued for these lives longer than an access token; this is some of them. */
    private static final Duration REVOCATION_KEPT = Duration.ofHours(1);

    private final Database database;
    private final RevocationLog revocations;
    private final UpstreamSessions sessions;
    private final UpstreamSession session;
    private final AuditLog audit;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public Chores(
            Database database,
            RevocationLog revocations,
            UpstreamSessions sessions,
            UpstreamSession session,
            AuditLog audit,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.sessions = sessions;
        this.session = session;
        this.audit = audit;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    /** A refresh token that was not used goes with its grant, whose end is the same. */
    List<Chore> all() {
        return List.of(
                deletion(
                        "refresh_token",
                        "hash",
                        "rotated_at",
                        settings.lifetimes().refreshGrace().plus(CLOCKS_DIFFER)),
                deletion("pushed_request", "handle_hash", "expires_at", Duration.ZERO),
                deletion("pending_authorization", "handle_hash", "expires_at", Duration.ZERO),
                deletion("device_authorization", "hash", "expires_at", JdbcDeviceAuthorizations.KEPT),
                deletion("authorization_code", "hash", "expires_at", JdbcAuthorizationCodes.REPLAY_KNOWN),
                new EndingClients(new ClientGrants(database, revocations, clock), audit),
                new ExpiredGrants(database, revocations, clock),
                deletion("client_assertion", "hash", "expires_at", CLOCKS_DIFFER),
                deletion("used_proof", "hash", "expires_at", CLOCKS_DIFFER),
                deletion("used_identity_assertion", "hash", "expires_at", CLOCKS_DIFFER),
                deletion("approval", List.of("organization", "user_id", "client_id"), "expires_at", Duration.ZERO),
                deletion("mcp_session", "hash", "used_at", Sessions.IDLE),
                deletion("mcp_session", "hash", "ended_at", JdbcSessions.ENDED_KEPT),
                deletion("revocation", "grant_id", "revoked_at", REVOCATION_KEPT),
                deletion("signing_key", "id", "verifies_until", Duration.ZERO),
                new UnusedClients(database, clock),
                resealing(SigningKeyRows.PURPOSE, "signing_key", "id", "sealed_key"),
                resealing(UpstreamSession.PURPOSE, "upstream_session", "grant_id", "sealed_tokens"),
                // last, as Okta may be slow
                new EndedSessions(database, sessions, session, clock));
    }

    private Chore deletion(String table, String key, String column, Duration kept) {
        return deletion(table, List.of(key), column, kept);
    }

    private Chore deletion(String table, List<String> key, String column, Duration kept) {
        return new Deletion(database, clock, table, key, column, kept);
    }

    private Chore resealing(String purpose, String table, String key, String column) {
        return new Resealing(database, settings.secretKeys(), random, purpose, table, key, column);
    }
}
