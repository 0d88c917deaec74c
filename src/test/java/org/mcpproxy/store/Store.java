package org.mcpproxy.store;

import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.mcpproxy.authorization.PendingAuthorizations;
import org.mcpproxy.authorization.PushedRequests;
import org.mcpproxy.client.Clients;
import org.mcpproxy.client.UsedAssertions;
import org.mcpproxy.config.Settings;
import org.mcpproxy.dpop.UsedProofs;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.grant.AssertedGrants;
import org.mcpproxy.grant.AuthorizationCodes;
import org.mcpproxy.grant.DeviceAuthorizations;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.grant.RefreshTokens;
import org.mcpproxy.grant.Registrations;
import org.mcpproxy.grant.UpstreamSessions;
import org.mcpproxy.relay.Sessions;
import org.postgresql.ds.PGSimpleDataSource;

/** The ports of one node. */
public final class Store {

    public final Database database;
    public final Clients clients;
    public final PendingAuthorizations pendings;
    public final PushedRequests pushed;
    public final Grants grants;
    public final AssertedGrants asserted;
    public final Registrations registrations;
    public final AuthorizationCodes codes;
    public final DeviceAuthorizations devices;
    public final RefreshTokens refreshTokens;
    public final UpstreamSessions upstream;
    public final Approvals approvals;
    public final UsedAssertions assertions;
    public final UsedProofs proofs;
    public final Sessions sessions;

    private final DataSource source;

    Store(DataSource source, Settings settings, Clock clock) {
        this.source = source;
        this.database = new Database(source, Databases.open());
        this.clients = new JdbcClients(database, settings, clock);
        this.pendings = new JdbcPendingAuthorizations(database, settings, Samples.RANDOM, clock);
        this.pushed = new JdbcPushedRequests(database, clock);
        RevocationLog revocations = new RevocationLog(database, settings);
        JdbcGrants opened = new JdbcGrants(database, revocations, clock);
        this.grants = opened;
        this.asserted = new JdbcAssertedGrants(database, opened, clock);
        this.registrations = new JdbcRegistrations(database, revocations, clock);
        this.codes = new JdbcAuthorizationCodes(database, clock);
        this.devices = new JdbcDeviceAuthorizations(database, clock);
        this.refreshTokens = new JdbcRefreshTokens(database, clock);
        this.upstream = new JdbcUpstreamSessions(database, clock);
        this.approvals = new JdbcApprovals(database, clock);
        this.assertions = new JdbcUsedAssertions(database, clock);
        this.proofs = new JdbcUsedProofs(database, clock);
        this.sessions = new JdbcSessions(database, clock);
    }

    /** On H2 in memory, and empty. */
    public static Store empty(Clock clock) {
        return empty(Databases.H2, clock);
    }

    public static Store empty(Databases kind, Clock clock) {
        return new Store(kind.empty(), Samples.settings(), clock);
    }

    /** On a database that does not answer. */
    public static Store lost(Clock clock) {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setURL("jdbc:postgresql://localhost:1/none");
        return new Store(nowhere, Samples.settings(), clock);
    }

    /** What the housekeeping does once the grace is over. */
    public void sweepUsedRefreshTokens() {
        database.update("DELETE FROM refresh_token WHERE rotated_at IS NOT NULL");
    }

    DataSource source() {
        return source;
    }

    /** One column of what is kept. */
    public List<String> column(String sql) {
        return database.with(handle -> handle.select(sql).mapTo(String.class).list());
    }

    /** Another node on the same database. */
    public Store beside(Clock clock) {
        return new Store(source, Samples.settings(), clock);
    }
}
