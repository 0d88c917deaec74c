package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.client.Client;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.EndedGrant;
import org.mcpproxy.grant.Grant;

/** A client of more grants than end in one part, which goes or becomes one of the other kind. */
@OnEachDatabase
class ClientGrantsTest {

    private static final Settings SETTINGS = Samples.settings();
    private static final int BATCH = 10;
    private static final int GRANTS = 3 * BATCH + 5;
    private static final int PLENTY = 1_000;

    private final SettableClock clock = new SettableClock();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final Store store;
    private final Kept kept;
    private final RevocationLog revocations;

    ClientGrantsTest(Databases kind) {
        store = Store.empty(kind, clock);
        kept = new Kept(store, clock);
        revocations = new RevocationLog(store.database, SETTINGS);
    }

    @BeforeEach
    void grant() {
        store.clients.add(Samples.client("client").managedBy("token"));
        for (int i = 0; i < GRANTS; i++) {
            store.grants.open(kept.grant("grant-" + i));
        }
        clock.advance(Duration.ofMinutes(1));
    }

    @Test
    void allOfItEndsInTheEnd() {
        List<EndedGrant> ended = remove(store.database, PLENTY);

        assertThat(ended).hasSize(GRANTS).doesNotHaveDuplicates();
        assertAllEnded();
    }

    /** Not one of them is a whole part. */
    @Test
    void ofAWholeNumberOfPartsAllEndsToo() {
        for (int i = GRANTS; i < 4 * BATCH; i++) {
            store.grants.open(kept.grant("grant-" + i));
        }

        assertThat(remove(store.database, PLENTY)).hasSize(4 * BATCH);

        assertThat(kept.column("SELECT client_id FROM client_ending")).isEmpty();
    }

    /** The node died, or the database went away: what is left is not for ever, and the audit tells of it. */
    @Test
    void whereWhoeverBeganGoesNoFurtherHousekeepingDoes() {
        LosableDatabase losable = new LosableDatabase();
        Database database = losable.over(store.source());
        losable.loseAfter(1);
        List<EndedGrant> ended = remove(database, PLENTY);
        assertThat(ended).hasSize(BATCH);
        assertThat(store.clients.find("client")).as("it has gone all the same").isEmpty();

        Chore chore = chore(PLENTY);
        assertThat(chore.part()).as("he may still be at it").isFalse();
        clock.advance(ClientGrants.HIS_TIME);
        while (chore.part()) {
            assertThat(audit).hasSizeLessThan(GRANTS);
        }

        assertThat(audit).hasSize(GRANTS - BATCH).allSatisfy(event -> {
            assertThat(event.client()).isEqualTo("client");
            assertThat(event.user()).isEqualTo(Samples.ALICE.id());
            assertThat(((GrantRevoked) event).cause()).isEqualTo(Cause.CLIENT_DELETED);
        });
        while (new ExpiredGrants(store.database, revocations, clock).part()) {
            assertThat(audit).hasSize(GRANTS - BATCH);
        }
        assertAllEnded();
    }

    /** What people grant to the client as it is now is not what they granted to the other. */
    @Test
    void whatIsGrantedAfterTheKindHasChangedGoesOn() {
        LosableDatabase losable = new LosableDatabase();
        Database database = losable.over(store.source());
        losable.loseAfter(1);
        Client changed = Samples.client("client").managedBy("next");
        registrations(database, PLENTY).replaceWithGrants(changed, "token", ended -> {});
        clock.advance(ClientGrants.HIS_TIME);
        Grant later = kept.grant("later");
        store.grants.open(later);

        Chore chore = chore(PLENTY);
        while (chore.part()) {
            assertThat(audit).hasSizeLessThan(GRANTS);
        }

        assertThat(audit)
                .allSatisfy(event -> assertThat(((GrantRevoked) event).cause()).isEqualTo(Cause.CLIENT_UPDATED));
        assertThat(store.grants.find("later")).contains(later);
        assertThat(kept.column("SELECT id FROM access_grant WHERE expires_at > TIMESTAMP '2000-01-01 00:00:00'"))
                .containsExactly("later");
    }

    /** The attack: a sign-on that comes back in the moment before the change is to be seen, so that neither sees the other. */
    @Test
    void aGrantThatIsOpenedWhileTheChangeIsNotYetToBeSeenEndsToo() {
        ClientGrants grants = new ClientGrants(store.database, revocations, clock, PLENTY, PLENTY);
        List<EndedGrant> first = store.database.inTransaction(handle -> {
            List<EndedGrant> part = grants.begin(handle, "client", Cause.CLIENT_UPDATED);
            store.grants.open(kept.grant("late"));
            return part;
        });
        List<EndedGrant> told = new ArrayList<>();

        grants.goOn("client", first, told::addAll);

        assertThat(told).hasSize(GRANTS + 1);
        assertThat(store.grants.find("late")).isEmpty();
        assertThat(revocations.isLive("late")).isFalse();
    }

    /** One that always fails, as its rows are held, must not keep the others waiting. */
    @Test
    void whatCannotEndHoldsUpNoOther() {
        ClientGrants grants = new ClientGrants(store.database, revocations, clock);
        for (String client : List.of("first", "second")) {
            store.database.inTransaction(handle -> grants.begin(handle, client, Cause.CLIENT_DELETED));
            clock.advance(Duration.ofSeconds(1));
        }
        clock.advance(ClientGrants.HIS_TIME);

        assertThat(grants.takeDue().orElseThrow().clientId()).isEqualTo("first");
        assertThat(grants.takeDue().orElseThrow().clientId()).isEqualTo("second");
        assertThat(grants.takeDue()).isEmpty();
        clock.advance(ClientGrants.HIS_TIME);
        assertThat(grants.takeDue()).isPresent();
    }

    /** Every node remembers them, and would take no token at all where they are too many. */
    @Test
    void noMoreEndAtATimeThanTheNodesRemember() {
        List<EndedGrant> ended = remove(store.database, BATCH);
        assertThat(ended).hasSize(BATCH);
        Chore chore = chore(BATCH);
        clock.advance(ClientGrants.HIS_TIME);
        assertThat(chore.part()).isFalse();

        store.database.update("DELETE FROM revocation");
        clock.advance(Duration.ofSeconds(2));

        assertThat(chore.part()).isTrue();
        assertThat(audit).hasSize(BATCH);
    }

    private void assertAllEnded() {
        assertThat(kept.column("SELECT id FROM access_grant")).isEmpty();
        assertThat(kept.column("SELECT client_id FROM client_ending")).isEmpty();
        assertThat(kept.column("SELECT grant_id FROM revocation")).hasSize(GRANTS);
        for (int i = 0; i < GRANTS; i++) {
            assertThat(revocations.isLive("grant-" + i)).isFalse();
        }
    }

    private List<EndedGrant> remove(Database database, int mostEnded) {
        List<EndedGrant> ended = new ArrayList<>();
        assertThat(registrations(database, mostEnded).remove("client", "token", ended::addAll))
                .isTrue();
        return ended;
    }

    private JdbcRegistrations registrations(Database database, int mostEnded) {
        return new JdbcRegistrations(database, new ClientGrants(database, revocations, clock, BATCH, mostEnded), clock);
    }

    private Chore chore(int mostEnded) {
        return new EndingClients(new ClientGrants(store.database, revocations, clock, BATCH, mostEnded), audit::add);
    }
}
