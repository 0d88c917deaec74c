package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Reason;

class BareRefusalsTest {

    private static final Trail TRAIL = new Trail("id", "203.0.113.9");
    private static final int MANY = 1_000;

    private final List<AuditEvent> events = new ArrayList<>();
    private final BareRefusals refusals = new BareRefusals(events::add);

    /** However many come of one address: a probe that is not in the log is the one that is looked for. */
    @Test
    void eachHasItsLine() {
        for (int i = 0; i < MANY; i++) {
            refusals.record(404, request(Map.of(Trail.class.getName(), new Trail(Integer.toString(i), "203.0.113.9"))));
        }

        assertThat(events)
                .hasSize(MANY)
                .hasOnlyElementsOfType(Refused.class)
                .extracting(event -> event.trail().requestId())
                .doesNotHaveDuplicates();
    }

    @Test
    void theLineNamesTheAddressThatWasAskedForAndNotTheErrorPage() {
        refusals.record(
                404, request(Map.of(Trail.class.getName(), TRAIL, RequestDispatcher.ERROR_REQUEST_URI, "/asked")));

        assertThat(events).containsExactly(new Refused(TRAIL, null, null, "/asked", Reason.ADDRESS_UNKNOWN));
    }

    @Test
    void whatIsRefusedBeforeItHasATrailHasItsLineToo() {
        refusals.record(404, request(Map.of()));

        assertThat(events)
                .containsExactly(
                        new Refused(new Trail("none", "192.0.2.1"), null, null, "/error-page", Reason.ADDRESS_UNKNOWN));
    }

    private static HttpServletRequest request(Map<String, Object> attributes) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                BareRefusalsTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAttribute" -> attributes.get(arguments[0]);
                    case "getRequestURI" -> "/error-page";
                    case "getRemoteAddr" -> "192.0.2.1";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
