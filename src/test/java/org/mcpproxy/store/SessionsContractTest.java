package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
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
        SessionOwner alice = owner("alice");

        assertThat(sessions.opened("session", alice)).isTrue();
        assertThat(sessions.opened("session", alice)).isTrue();
        assertThat(sessions.opened("session", owner("bob"))).isFalse();
        assertThat(sessions.ownerOf("session")).contains(alice);
    }

    @Test
    void aClosedSessionIsUnknown() {
        sessions.opened("session", owner("alice"));
        sessions.closed("session");

        assertThat(sessions.ownerOf("session")).isEmpty();
    }

    @Test
    void everyNodeKnowsTheOwner() {
        sessions.opened("session", owner("alice"));

        assertThat(otherNode.ownerOf("session")).contains(owner("alice"));
        assertThat(otherNode.opened("session", owner("bob"))).isFalse();
    }

    @Test
    void aServiceIsAnOwnerWithoutAPerson() {
        SessionOwner service = new SessionOwner(Optional.empty(), "client");

        assertThat(sessions.opened("session", service)).isTrue();
        assertThat(otherNode.ownerOf("session")).contains(service);
    }

    /** A backend may choose ids as it likes. */
    @Test
    void aSessionIdMayBeLong() {
        String id = "s".repeat(10_000);
        sessions.opened(id, owner("alice"));

        assertThat(otherNode.ownerOf(id)).contains(owner("alice"));
    }

    /** Issuers other than Okta have client ids of more than 64 characters. */
    @Test
    void anOwnerMayHaveALongName() {
        SessionOwner owner = new SessionOwner(Optional.of("u".repeat(500)), "c".repeat(500));
        sessions.opened("session", owner);

        assertThat(otherNode.ownerOf("session")).contains(owner);
    }

    /** Valid tokens still pass then. */
    @Test
    void anOwnerWhomThisNodeKnowsIsKnownWhileTheDatabaseIsAway() throws SQLException {
        JdbcDataSource source = new JdbcDataSource();
        source.setUrl("jdbc:h2:mem:away");
        Connection whileItIsThere = source.getConnection();
        Migration.run(source);
        Sessions known = new JdbcSessions(new Database(source, Databases.open()), clock);
        known.opened("session", owner("alice"));
        whileItIsThere.close();
        source.setUrl("jdbc:h2:tcp://localhost:1/away");
        clock.advance(Duration.ofHours(1));

        assertThat(known.ownerOf("session")).contains(owner("alice"));
        assertRefused(Reason.STORE_UNAVAILABLE, () -> known.ownerOf("another"));
    }

    @Test
    void whereThereAreTooManySessionsThoseGoThatWereNotUsedForLongest() {
        Sessions small = new JdbcSessions(store.database, clock, 2);
        otherNode.opened("old", owner("alice"));
        clock.advance(Duration.ofHours(1));
        otherNode.opened("older", owner("alice"));

        assertThat(small.opened("new", owner("bob"))).isTrue();

        assertThat(sessions.ownerOf("new")).contains(owner("bob"));
        assertThat(sessions.ownerOf("old")).isEmpty();
    }

    @Test
    void aSessionThatIsUsedIsKept() {
        sessions.opened("session", owner("alice"));
        for (int hours = 0; hours < 72; hours += 12) {
            clock.advance(Duration.ofHours(12));
            assertThat(sessions.ownerOf("session")).isPresent();
        }

        assertThat(otherNode.ownerOf("session")).contains(owner("alice"));
    }

    @Test
    void aSessionThatNobodyUsesForLongIsForgottenAndItsIdIsFree() {
        sessions.opened("session", owner("alice"));
        clock.advance(Duration.ofHours(24));

        assertThat(sessions.ownerOf("session")).isEmpty();
        assertThat(sessions.opened("session", owner("bob"))).isTrue();
        assertThat(otherNode.ownerOf("session")).contains(owner("bob"));
    }

    @Test
    void ofManyWhoseBackendNamesOneSessionOneOwnsIt() {
        AtomicInteger people = new AtomicInteger();

        List<Boolean> won = Race.of(200, () -> sessions.opened("session", owner("person-" + people.incrementAndGet())));

        assertThat(won).containsOnlyOnce(true);
    }

    private static SessionOwner owner(String person) {
        return new SessionOwner(Optional.of(person), "client");
    }
}
