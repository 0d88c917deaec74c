package org.mcpproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.Clients;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;

public abstract class ClientsContract {

    private final SettableClock clock = new SettableClock();
    private Clients clients;

    protected abstract Clients clients(Clock clock);

    @BeforeEach
    void start() {
        clients = clients(clock);
    }

    @Test
    void aRegisteredClientIsFoundWholeAndForAsLongAsThereIsRoom() {
        Client client = Samples.client("one");
        clients.add(client);
        clock.advance(Duration.ofDays(365));

        assertThat(clients.find("one")).contains(client);
        assertThat(clients.find("another")).isEmpty();
    }

    @Test
    void noClientTakesThePlaceOfAnother() {
        Client first = Samples.client("one");
        clients.add(first);

        assertThatThrownBy(() -> clients.add(Samples.client("one", "https://evil.example/cb")))
                .isInstanceOf(IllegalStateException.class);

        assertThat(clients.find("one")).contains(first);
    }
}
