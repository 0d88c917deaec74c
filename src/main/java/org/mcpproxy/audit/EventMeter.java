package org.mcpproxy.audit;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.McpRequest;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.metrics.Label;
import org.mcpproxy.metrics.Meters;

/** Counts what is audited. Nothing that a stranger, a client or a user named becomes a label. */
@Singleton
public class EventMeter {

    private static final String OTHER = "other";

    private static final Map<String, String> ENDPOINTS = Map.ofEntries(
            Map.entry("/oauth2/v1/authorize", "authorization"),
            Map.entry("/oauth2/v1/par", "pushed_request"),
            Map.entry("/oauth2/v1/device_authorization", "device_authorization"),
            Map.entry("/oauth2/v1/token", "token"),
            Map.entry("/oauth2/v1/revoke", "revocation"),
            Map.entry("/oauth2/v1/introspect", "introspection"),
            Map.entry("/oauth2/v1/userinfo", "user_info"),
            Map.entry("/metrics", "metrics"));

    private final Counter events;

    /** What there is most of. */
    private final CounterDataPoint relayed;

    private final Counter refusals;
    private final Counter endings;

    @Inject
    public EventMeter(Meters meters) {
        events = meters.counter(
                "audit_events_total", "Lines of the audit, by what happened and how it ended.", "event", "outcome");
        relayed = events.labelValues(JsonAuditLog.MCP_REQUEST, JsonAuditLog.SUCCESS);
        refusals = meters.counter(
                "refusals_total",
                "Requests that were refused before anything was done for them, by endpoint and reason.",
                "endpoint",
                "reason");
        endings = meters.counter("grants_ended_total", "Grants that ended before their time, by cause.", "cause");
    }

    /**
     * @param name of the event in the audit
     * @param outcome as in the audit
     */
    void count(AuditEvent event, String name, String outcome) {
        if (event instanceof McpRequest && outcome.equals(JsonAuditLog.SUCCESS)) {
            relayed.inc();
            return;
        }
        events.labelValues(name, outcome).inc();
        if (event instanceof Refused refused) {
            refusals.labelValues(endpoint(refused.endpoint()), Label.of(refused.reason()))
                    .inc();
        } else if (event instanceof GrantRevoked revoked) {
            endings.labelValues(Label.of(revoked.cause())).inc();
        }
    }

    /** What kind of address it is: the address itself is the stranger's. */
    private static String endpoint(String path) {
        if (path.endsWith("/mcp")) {
            return "mcp";
        }
        if (path.startsWith("/oauth2/v1/clients")) {
            return "registration";
        }
        if (path.startsWith("/oauth/")) {
            return "sign_on";
        }
        return ENDPOINTS.getOrDefault(path, OTHER);
    }
}
