package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditEvent.RefusalsLeftOut;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.audit.Trail;

class BareRefusalsTest {

    private static final String ATTACKER = "203.0.113.9";
    private static final int A_MINUTES_LINES = 60;

    private final AtomicLong nanos = new AtomicLong();
    private final List<AuditEvent> events = new ArrayList<>();
    private final BareRefusals refusals = new BareRefusals(
            events::add, Clock.fixed(Instant.parse("2026-11-28T09:00:00Z"), ZoneOffset.UTC), nanos::get);

    @Test
    void eachOfAFewHasItsLine() {
        refuse(ATTACKER, A_MINUTES_LINES);
        refusals.reportAll();

        assertThat(events).hasSize(A_MINUTES_LINES).hasOnlyElementsOfType(Refused.class);
    }

    @Test
    void thoseBeyondAreCountedAndReportedAMinuteAfterTheFirst() {
        refuse(ATTACKER, A_MINUTES_LINES + 1_000);
        refuse("198.51.100.7", 1);
        assertThat(leftOut()).isEmpty();

        pass(Duration.ofSeconds(40));
        refuse(ATTACKER, 1);
        pass(Duration.ofSeconds(21));
        refuse(ATTACKER, 1);

        assertThat(leftOut()).singleElement().satisfies(line -> {
            assertThat(line.count()).isEqualTo(1_001);
            assertThat(line.trail()).isEqualTo(new Trail("60", ATTACKER));
        });
    }

    /** The attack: a subscriber with a /64 of addresses, who would fill the log with counts. */
    @Test
    void oneNetworkIsCountedAsOne() {
        for (int i = 0; i < A_MINUTES_LINES + 500; i++) {
            refusals.record(404, request("2001:db8::" + Integer.toHexString(i), "id"));
        }
        refusals.reportAll();

        assertThat(leftOut()).singleElement().extracting(RefusalsLeftOut::count).isEqualTo(500L);
    }

    @Test
    void whatIsCountedWhenTheServerGoesDownIsReported() {
        refuse(ATTACKER, A_MINUTES_LINES + 3);
        refusals.reportAll();
        refusals.reportAll();

        assertThat(leftOut()).singleElement().extracting(RefusalsLeftOut::count).isEqualTo(3L);
    }

    private void refuse(String address, int times) {
        for (int i = 0; i < times; i++) {
            refusals.record(404, request(address, Integer.toString(i)));
        }
    }

    private static HttpServletRequest request(String address, String id) {
        Trail trail = new Trail(id, address);
        return (HttpServletRequest) Proxy.newProxyInstance(
                BareRefusalsTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAttribute" -> arguments[0].equals(Trail.class.getName()) ? trail : null;
                    case "getRequestURI" -> "/nothing";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private List<RefusalsLeftOut> leftOut() {
        return events.stream()
                .filter(RefusalsLeftOut.class::isInstance)
                .map(RefusalsLeftOut.class::cast)
                .toList();
    }
}
