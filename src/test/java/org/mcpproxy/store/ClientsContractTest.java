package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.Clients;
import org.mcpproxy.config.AddressLimits;
import org.mcpproxy.config.RegistrationSettings;
import org.mcpproxy.config.RegistrationSettings.Access;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

@OnEachDatabase
class ClientsContractTest {

    private final SettableClock clock = new SettableClock();
    private final Databases kind;
    private final Store store;
    private final Clients clients;
    private final Clients small;
    private final Kept kept;

    ClientsContractTest(Databases kind) {
        this.kind = kind;
        store = Store.empty(kind, clock);
        clients = store.clients;
        small = holding(2);
        kept = new Kept(store, clock);
    }

    @Test
    void aRegisteredClientIsFoundWhole() {
        Client client = client("one");
        clients.add(client);

        assertThat(clients.find("one")).contains(client);
        assertThat(clients.find("another")).isEmpty();
    }

    @Test
    void aConfidentialClientWithoutANameIsFoundWhole() {
        Client client = new Client(
                "one",
                Optional.empty(),
                List.of("https://app.example/a,b", "https://app.example/\"ä"),
                ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                Optional.of("hash"),
                Set.of(GrantType.AUTHORIZATION_CODE),
                new Scope("mcp"),
                clock.instant());
        clients.add(client);

        assertThat(clients.find("one")).contains(client);
    }

    @Test
    void aClientThatBindsItsTokensIsFoundWhole() {
        Client client = client("one").binding(true);
        clients.add(client);

        assertThat(clients.find("one")).contains(client);
    }

    @Test
    void noClientTakesThePlaceOfAnother() {
        Client first = client("one");
        clients.add(first);

        assertThatThrownBy(() -> clients.add(client("one"))).isInstanceOf(IllegalStateException.class);

        assertThat(clients.find("one")).contains(first);
    }

    /** Whoever asks for such a client asks for none of ours: PostgreSQL would fail. */
    @Test
    void anIdThatNoDatabaseCanKeepIsRefused() {
        assertRefused(Reason.MALFORMED_REQUEST, () -> clients.find("a\0b"));
    }

    @Test
    void aFullStoreRefusesNewClientsRatherThanForgetARecentOne() {
        small.add(client("one"));
        small.add(client("two"));
        aFewSecondsPass();

        assertRefused(Reason.SERVER_FULL, () -> small.add(client("three")));

        assertThat(small.find("one")).isPresent();
        assertThat(small.find("two")).isPresent();
    }

    @Test
    void whoseDayIsOverWithoutAGrantMakesRoomAndWhoHoldsAGrantStays() {
        small.add(client("client"));
        small.add(client("unused"));
        small.add(client("unused too"));
        store.grants.open(kept.grant("grant"));
        clock.advance(Duration.ofDays(2));

        small.add(client("new"));

        assertThat(small.find("client")).isPresent();
        assertThat(small.find("unused")).isEmpty();
        assertThat(small.find("new")).isPresent();
    }

    /** Else one address could close the registration for everybody. */
    @Test
    void whatOneAddressMayRegisterByDefaultDoesNotFillTheStore() {
        long registered = AddressLimits.standard().registrations() * JdbcClients.MAKES_ROOM.toMinutes();

        assertThat(registered).isLessThan(RegistrationSettings.standard().unusedClients());
    }

    @Test
    void roomThatWasMadeIsThereForTheNextOnes() {
        small.add(client("one"));
        small.add(client("two"));
        clock.advance(Duration.ofDays(2));

        small.add(client("three"));
        small.add(client("four"));

        assertThat(small.find("three")).isPresent();
        assertThat(small.find("four")).isPresent();
    }

    /** A database judges a row that another changes by what it was, unless it is told to look again. */
    @Test
    void aClientThatIsGrantedSomethingWhileRoomIsMadeStays() throws InterruptedException {
        clients.add(client("client"));
        clock.advance(Duration.ofDays(2));
        Clients full = holding(0);
        Thread newcomer = new Thread(() -> assertRefused(Reason.SERVER_FULL, () -> full.add(client("new"))));

        store.database.inTransaction(handle -> {
            handle.execute("UPDATE client SET granted = TRUE WHERE id = 'client'");
            newcomer.start();
            kind.awaitOneWhoWaitsForARow();
            return null;
        });
        newcomer.join();

        assertThat(clients.find("client")).isPresent();
    }

    @Test
    void roomIsMadeOfThoseWhoRegisteredFirstAndOfNoMore() {
        int rows = 2 * JdbcClients.BATCH;
        for (int number = 0; number < rows; number++) {
            clients.add(Samples.client("client-" + number));
        }
        for (int number = 0; number < rows; number++) {
            store.database.update(
                    "UPDATE client SET registered_at = ? WHERE id = ?",
                    clock.instant().minus(Duration.ofDays(2)).plusSeconds(number * 7L % rows),
                    "client-" + number);
        }

        holding(rows).add(client("new"));

        assertThat(store.column("SELECT id FROM client WHERE granted = FALSE")).hasSize(1 + rows - JdbcClients.BATCH);
    }

    /** So many that nobody has granted anything. */
    private Clients holding(int unused) {
        Settings settings = Samples.settings(new RegistrationSettings(Access.OPEN, List.of(), Set.of(), unused));
        return new JdbcClients(store.database, settings, clock);
    }

    private void aFewSecondsPass() {
        clock.advance(Duration.ofSeconds(2));
    }

    private Client client(String id) {
        return new Client(
                id,
                Optional.of("An äpplication"),
                List.of("https://app.example/callback"),
                ClientAuthenticationMethod.NONE,
                Optional.empty(),
                Set.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
                new Scope("mcp", "offline_access"),
                clock.instant());
    }
}
