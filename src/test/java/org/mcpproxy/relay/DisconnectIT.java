package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** Clients of the newer revision that go, whose disconnect is a cancellation: many of them, and with the default clock. */
@Tag("alone")
class DisconnectIT {

    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"a\","
                    + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}";
    private static final String[] MODERN = {"MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: a"
    };

    /** By way of a reverse proxy that is trusted. */
    private static final String[] FORWARDED = {MODERN[0], MODERN[1], MODERN[2], "X-Forwarded-For: 203.0.113.9"};

    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int PLACES = 10;

    /** Half of the places, as one is free again only a moment after the backend has seen the end. */
    private static final int AT_ONCE = PLACES / 2;

    private static final int ROUNDS = 5;

    private static RelaySystem system;
    private static RelaySystem.Caller alice;

    @BeforeAll
    static void start() throws IOException {
        system = RelaySystem.start(
                ProxySystem.plan().optimized(),
                "RELAY_CONCURRENT",
                Integer.toString(PLACES),
                "TRUSTED_PROXIES",
                "127[.]0[.]0[.]1|0:0:0:0:0:0:0:1");
        alice = system.caller("alice", "inspector");
    }

    @AfterAll
    static void stop() throws IOException {
        if (system != null) {
            system.close();
        }
    }

    @Test
    void thoseWhoLeaveBeforeTheAnswerAreToldOfWithinASecondAndLeaveNothing() {
        List<Duration> times = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<RawClient> clients = clients();
            times.add(untilMissed(clients, requests()));
        }
        assertThat(median(times)).isLessThan(A_SECOND);
    }

    @Test
    void thoseWhoLeaveTheirStreamAreToldOfWithinASecondAndLeaveNothing() {
        List<Duration> times = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<RawClient> clients = clients();
            List<RawBackend.Request> requests = requests();
            requests.forEach(request -> request.openEvents().send("data: 1\n\n"));
            clients.forEach(client -> assertThat(client.chunk()).isEqualTo("data: 1\n\n"));
            times.add(untilMissed(clients, requests));
        }
        assertThat(median(times)).isLessThan(A_SECOND);
    }

    private static List<RawClient> clients() {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            clients.add(alice.post(CALL, i % 2 == 0 ? MODERN : FORWARDED));
        }
        return clients;
    }

    private static List<RawBackend.Request> requests() {
        List<RawBackend.Request> requests = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            requests.add(system.backend().next());
        }
        return requests;
    }

    /** How long the backend waits for the end of the last of them, whose clients all leave now. */
    private static Duration untilMissed(List<RawClient> clients, List<RawBackend.Request> requests) {
        long left = System.nanoTime();
        clients.forEach(RawClient::close);
        requests.forEach(
                request -> assertThat(request.isGivenUpWithin(PATIENCE_MILLIS)).isTrue());
        Duration missed = Duration.ofNanos(System.nanoTime() - left);
        awaitClosed(clients);
        return missed;
    }

    /** One round may be late where the machine is busy with other things; a slow clock would make most of them late. */
    private static Duration median(List<Duration> times) {
        return times.stream().sorted().toList().get(times.size() / 2);
    }

    private static void awaitClosed(List<RawClient> clients) {
        Waiting.until("their connections are closed", Duration.ofSeconds(5), () -> {
            Connections connections = Connections.ofThisMachine();
            connections.look();
            return clients.stream()
                    .allMatch(client -> connections.state(client.keyAt(system.port())) == Connections.State.NOT_LISTED);
        });
    }
}
