package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mcpproxy.client.Clients;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.store.contract.ClientsContract;

class MemoryClientsTest extends ClientsContract {

    private final SettableClock clock = new SettableClock();
    private final MemoryGrants grants = new MemoryGrants(clock);
    private final MemoryClients full = new MemoryClients(grants, clock, 2);

    @Override
    protected Clients clients(Clock clock) {
        return new MemoryClients(new MemoryGrants(clock), clock);
    }

    @Test
    void aFullStoreRefusesNewClientsRatherThanForgetARecentOne() {
        full.add(Samples.client("one"));
        full.add(Samples.client("two"));

        assertRefused(Reason.SERVER_FULL, () -> full.add(Samples.client("three")));

        assertThat(full.find("one")).isPresent();
        assertThat(full.find("two")).isPresent();
    }

    @Test
    void whoseDayIsOverWithoutAGrantMakesRoomAndWhoHoldsAGrantStays() {
        full.add(Samples.client("in use"));
        full.add(Samples.client("unused"));
        grants.open(new Grant(
                "grant",
                "in use",
                Samples.ALICE,
                Scopes.baseline(),
                Samples.RESOURCE,
                clock.instant(),
                clock.instant().plus(Duration.ofDays(30))));
        clock.advance(Duration.ofDays(2));

        full.add(Samples.client("new"));

        assertThat(full.find("in use")).isPresent();
        assertThat(full.find("unused")).isEmpty();
        assertThat(full.find("new")).isPresent();
    }
}
