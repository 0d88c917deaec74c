package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mcpproxy.authorization.PushedRequest;
import org.mcpproxy.authorization.PushedRequests;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;

@OnEachDatabase
class PushedRequestsContractTest {

    private static final Duration LIFE = Duration.ofSeconds(90);

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final PushedRequests pushed;

    PushedRequestsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        pushed = store.pushed;
    }

    @Test
    void aRequestIsFoundWholeByItsClientUntilItIsUsed() {
        PushedRequest request = request("handle", "a state: &=%+\u00fc\0");
        pushed.save(request);

        assertThat(pushed.find("another", "client")).isEmpty();
        assertThat(pushed.find("handle", "another")).isEmpty();
        assertThat(store.beside(clock).pushed.find("handle", "client")).contains(request);
        assertThat(pushed.use("handle")).isTrue();
        assertThat(store.beside(clock).pushed.use("handle")).isFalse();
        assertThat(pushed.find("handle", "client")).isEmpty();
    }

    @Test
    void ofManyWhoUseOneRequestAtOnceOneDoes() {
        pushed.save(request("handle", "state"));

        assertThat(Race.of(200, () -> pushed.use("handle")))
                .filteredOn(used -> used)
                .hasSize(1);
    }

    @Test
    void anExpiredRequestIsNotFound() {
        pushed.save(request("handle", "state"));
        clock.advance(LIFE);

        assertThat(pushed.find("handle", "client")).isEmpty();
    }

    @Test
    void aRequestThatDoesNotFitIsRefused() {
        assertRefused(Reason.REQUEST_TOO_LARGE, () -> pushed.save(request("handle", "a".repeat(8192))));
    }

    @Test
    void aFullStoreRefusesNewRequestsAndKeepsWhatItHas() {
        PushedRequests small = new JdbcPushedRequests(store.database, clock, 2);
        small.save(request("one", "state"));
        small.save(request("two", "state"));
        clock.advance(Duration.ofSeconds(2));

        assertRefused(Reason.SERVER_FULL, () -> small.save(request("three", "state")));

        assertThat(small.find("one", "client")).isPresent();
    }

    private PushedRequest request(String handle, String state) {
        Parameters parameters = new Parameters(Map.of(
                "client_id",
                List.of("client"),
                "state",
                List.of(state),
                "resource",
                List.of("https://a.example", "https://b.example")));
        return new PushedRequest(handle, "client", parameters, clock.instant().plus(LIFE));
    }
}
