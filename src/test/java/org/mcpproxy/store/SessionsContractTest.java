package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.relay.McpSession;
import org.mcpproxy.relay.SessionOwner;
import org.mcpproxy.relay.Sessions;

@OnEachDatabase
class SessionsContractTest {

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final Sessions sessions;
    private final Sessions otherNode;

    SessionsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        sessions = store.sessions;
        otherNode = store.beside(clock).sessions;
    }

    @Test
    void aSessionStaysWithWhomOpenedIt() {
        McpSession alice = of("alice");

        assertThat(sessions.opened("session", alice)).isTrue();
        assertThat(sessions.opened("session", alice)).isTrue();
        assertThat(sessions.find("session")).contains(alice);
    }

    /** A backend that gives one id to two has begun it anew, or muddles them up. */
    @Test
    void aSessionThatAnotherIsGivenEndsAndIsNobodys() {
        sessions.opened("session", of("alice"));
        otherNode.find("session");

        assertThat(sessions.opened("session", of("bob"))).isFalse();

        assertThat(sessions.find("session")).isEmpty();
        assertThat(sessions.opened("session", of("bob"))).isFalse();
        clock.advance(SessionMemory.HOLDS);
        assertThat(otherNode.find("session")).isEmpty();
        assertThat(otherNode.opened("session", of("alice"))).isTrue();
    }

    /** Another node may remember Alice for a moment. */
    @Test
    void theIdOfASessionThatHasEndedIsKeptFromOthersWhileANodeMayRememberIt() {
        sessions.opened("session", of("alice"));
        otherNode.find("session");
        sessions.closed("session", of("alice").owner());

        Duration waited = Duration.ZERO;
        while (!sessions.opened("session", of("bob"))) {
            waited = waited.plusSeconds(1);
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(waited).isEqualTo(JdbcSessions.ENDED_KEPT).isGreaterThan(SessionMemory.HOLDS.multipliedBy(2));
        assertThat(otherNode.find("session")).contains(of("bob"));
    }

    @Test
    void aSessionThatHasEndedIsSoonEndedAtEveryNode() {
        sessions.opened("session", of("alice"));
        otherNode.find("session");
        sessions.closed("session", of("alice").owner());
        clock.advance(SessionMemory.HOLDS);

        assertThat(otherNode.isKnown("session")).isFalse();
        assertThat(otherNode.find("session")).isEmpty();
    }

    @Test
    void nobodyEndsTheSessionOfAnother() {
        sessions.opened("session", of("alice"));

        sessions.closed("session", of("bob").owner());
        sessions.closed("session", new SessionOwner(Optional.empty(), "client"));
        sessions.closed("session", new SessionOwner(Optional.of("alice"), "another"));

        assertThat(sessions.find("session")).contains(of("alice"));
    }

    /** Some backends know one id only. */
    @Test
    void whoEndedASessionMayOpenItAgainAtOnce() {
        McpSession service = new McpSession(new SessionOwner(Optional.empty(), "client"), Optional.empty());
        for (McpSession session : List.of(of("alice"), service)) {
            String id = "session of " + session.owner();
            sessions.opened(id, session);
            sessions.closed(id, session.owner());

            assertThat(otherNode.opened(id, session)).isTrue();
            assertThat(sessions.find(id)).contains(session);
        }
    }

    @Test
    void aClosedSessionIsUnknown() {
        sessions.opened("session", of("alice"));
        sessions.closed("session", of("alice").owner());

        assertThat(sessions.find("session")).isEmpty();
    }

    @Test
    void everyNodeKnowsTheOwner() {
        sessions.opened("session", of("alice"));

        assertThat(otherNode.find("session")).contains(of("alice"));
        assertThat(otherNode.opened("session", of("bob"))).isFalse();
    }

    @Test
    void aServiceIsAnOwnerWithoutAPerson() {
        McpSession service = new McpSession(new SessionOwner(Optional.empty(), "client"), Optional.empty());

        assertThat(sessions.opened("session", service)).isTrue();
        assertThat(otherNode.find("session")).contains(service);
    }

    /** A backend may choose ids as it likes. */
    @Test
    void aSessionIdMayBeLong() {
        String id = "s".repeat(10_000);
        sessions.opened(id, of("alice"));

        assertThat(otherNode.find(id)).contains(of("alice"));
    }

    /** Issuers other than Okta have client ids of more than 64 characters. */
    @Test
    void anOwnerMayHaveALongName() {
        SessionOwner owner = new SessionOwner(Optional.of("u".repeat(500)), "c".repeat(500));
        sessions.opened("session", new McpSession(owner, Optional.empty()));

        assertThat(otherNode.find("session")).map(McpSession::owner).contains(owner);
    }

    /** Valid tokens still pass then. */
    @Test
    void anOwnerWhomThisNodeKnowsIsKnownWhileTheDatabaseIsAway() throws SQLException {
        JdbcDataSource source = new JdbcDataSource();
        source.setUrl("jdbc:h2:mem:away");
        Connection whileItIsThere = source.getConnection();
        Migration.run(source);
        Sessions known = new JdbcSessions(new Database(source, Databases.open()), clock);
        known.opened("session", of("alice"));
        whileItIsThere.close();
        source.setUrl("jdbc:h2:tcp://localhost:1/away");
        clock.advance(Duration.ofHours(1));

        assertThat(known.find("session")).contains(of("alice"));
        assertRefused(Reason.STORE_UNAVAILABLE, () -> known.find("another"));
    }

    @Test
    void whereThereAreTooManySessionsThoseGoThatWereNotUsedForLongest() {
        Sessions small = new JdbcSessions(store.database, clock, 2);
        otherNode.opened("old", of("alice"));
        clock.advance(Duration.ofHours(1));
        otherNode.opened("older", of("alice"));

        assertThat(small.opened("new", of("bob"))).isTrue();

        assertThat(sessions.find("new")).contains(of("bob"));
        assertThat(sessions.find("old")).isEmpty();
        assertThat(small.opened("old", of("bob")))
                .as("another node may remember whose it was")
                .isFalse();
    }

    @Test
    void sessionsThatHaveEndedTakeNoRoom() {
        Sessions small = new JdbcSessions(store.database, clock, 2);
        small.opened("stays", of("alice"));
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofSeconds(3));
            small.opened("ends " + i, of("bob"));
            small.closed("ends " + i, of("bob").owner());
        }

        assertThat(sessions.find("stays")).isPresent();
    }

    /** The attack: somebody who opens sessions without end, so that those of others go. */
    @Test
    void whereThereAreTooManySessionsThoseGoOfWhoeverHasMost() {
        int most = 1_001;
        otherNode.opened("of alice", of("alice"));
        clock.advance(Duration.ofHours(1));
        Instant now = clock.instant();
        store.database.inTransaction(handle -> {
            for (int i = 0; i < most; i++) {
                handle.execute(
                        "INSERT INTO mcp_session (hash, user_id, client_id, used_at) VALUES (?, 'mallory', 'any', ?)",
                        "of mallory " + i,
                        now);
            }
            return most;
        });

        assertThat(new JdbcSessions(store.database, clock, most).opened("new", of("bob")))
                .isTrue();

        assertThat(sessions.find("of alice")).contains(of("alice"));
        int ofMallory = store.database.inTransaction(handle -> handle.createQuery(
                        "SELECT COUNT(*) FROM mcp_session WHERE user_id = 'mallory' AND ended_at IS NULL")
                .mapTo(Integer.class)
                .one());
        assertThat(ofMallory).isEqualTo(1);
    }

    @Test
    void aSessionThatIsUsedIsKept() {
        sessions.opened("session", of("alice"));
        for (int hours = 0; hours < 72; hours += 12) {
            clock.advance(Duration.ofHours(12));
            assertThat(sessions.find("session")).isPresent();
        }

        assertThat(otherNode.find("session")).contains(of("alice"));
    }

    @Test
    void aSessionThatNobodyUsesForLongIsForgottenAndItsIdIsFree() {
        sessions.opened("session", of("alice"));
        clock.advance(Duration.ofHours(24));

        assertThat(sessions.find("session")).isEmpty();
        assertThat(sessions.opened("session", of("bob"))).isTrue();
        assertThat(otherNode.find("session")).contains(of("bob"));
    }

    @Test
    void ofManyWhoseBackendNamesOneSessionOneOwnsIt() {
        AtomicInteger people = new AtomicInteger();

        List<Boolean> won = Race.of(200, () -> sessions.opened("session", of("person-" + people.incrementAndGet())));

        assertThat(won).containsOnlyOnce(true);
    }

    /** Where its process is; so that every node can ask that one. */
    @Test
    void everyNodeKnowsWhereASessionLives() {
        McpSession local = new McpSession(of("alice").owner(), Optional.of(URI.create("http://node-1:3001")));
        sessions.opened("session", local);

        assertThat(sessions.find("session")).contains(local);
        assertThat(otherNode.find("session")).contains(local);
    }

    private static McpSession of(String person) {
        return new McpSession(new SessionOwner(Optional.of(person), "client"), Optional.empty());
    }
}
