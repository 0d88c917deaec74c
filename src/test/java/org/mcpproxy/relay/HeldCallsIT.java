package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.ProxySystem;

/** Calls that take long, as those of tools often do: very many of them hold no thread, and slow nobody else. */
@Tag("alone")
class HeldCallsIT {

    private static final int HELD = 1_000;
    private static final int FAST = 200;

    /** Of threads. The container has started all of its own with the first calls, and could hold a third of the calls with them. */
    private static final int FEW = HELD / 20;

    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"a\"}}";

    /** A hundred on a machine that does nothing else, as the bench script shows; this one may be busy with other tests. */
    private static final Duration QUICK = Duration.ofMillis(500);

    @Test
    void aThousandCallsUnderWayHoldNoThreadAndSlowNobody() throws IOException {
        try (RelaySystem system = RelaySystem.start(
                ProxySystem.plan().optimized(), "RELAY_CONCURRENT_PER_USER", Integer.toString(HELD))) {
            RelaySystem.Caller alice = system.caller("alice", "inspector");
            RelaySystem.Caller bob = system.caller("bob", "inspector");
            fastCalls(system, bob);
            int before = threads(system);
            List<RawClient> clients = new ArrayList<>();
            List<RawBackend.Request> held = new ArrayList<>();
            for (int i = 0; i < HELD; i++) {
                clients.add(alice.post(CALL.formatted(i)));
            }
            for (int i = 0; i < HELD; i++) {
                held.add(system.backend().next());
            }

            List<Duration> times = fastCalls(system, bob);
            assertThat(times.get(FAST * 99 / 100)).isLessThan(QUICK);
            assertThat(threads(system) - before).isLessThan(FEW);

            held.forEach(each -> each.answer("200 OK\r\nContent-Type: application/json", each.body()));
            for (int i = 0; i < HELD; i++) {
                assertThat(clients.get(i).body()).isEqualTo(CALL.formatted(i));
                clients.get(i).close();
            }
        }
    }

    /** @return how long each took, sorted */
    private static List<Duration> fastCalls(RelaySystem system, RelaySystem.Caller caller) {
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < FAST; i++) {
            long begin = System.nanoTime();
            try (RawClient client = caller.post(CALL.formatted(i))) {
                system.backend().next().answer("200 OK\r\nContent-Type: application/json", "{}");
                assertThat(client.body()).isEqualTo("{}");
            }
            times.add(Duration.ofNanos(System.nanoTime() - begin));
        }
        return times.stream().sorted().toList();
    }

    private static int threads(RelaySystem system) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + system.proxy().pid() + "/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
