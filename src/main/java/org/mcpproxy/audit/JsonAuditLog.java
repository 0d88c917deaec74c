package org.mcpproxy.audit;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.PrintStream;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.mcpproxy.audit.AuditEvent.ClientDeleted;
import org.mcpproxy.audit.AuditEvent.ClientRead;
import org.mcpproxy.audit.AuditEvent.ClientRegistered;
import org.mcpproxy.audit.AuditEvent.ClientUpdated;
import org.mcpproxy.audit.AuditEvent.ConsentDecided;
import org.mcpproxy.audit.AuditEvent.DeviceSignOnBegun;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.IdentityAssertionRedeemed;
import org.mcpproxy.audit.AuditEvent.McpRequest;
import org.mcpproxy.audit.AuditEvent.NothingRevoked;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.audit.AuditEvent.SignedOn;
import org.mcpproxy.audit.AuditEvent.SignedOut;
import org.mcpproxy.audit.AuditEvent.TokenIntrospected;
import org.mcpproxy.audit.AuditEvent.TokensIssued;
import org.mcpproxy.audit.AuditEvent.UserCodeEntered;
import org.mcpproxy.audit.AuditEvent.UserInfoTold;

/** Counts each event, and writes it as one line of JSON to standard output, from where the server's log takes it. */
@Singleton
public class JsonAuditLog implements AuditLog {

    static final String MCP_REQUEST = "mcp_request";
    static final String SUCCESS = "success";
    private static final int BAD_REQUEST = 400;

    private final Clock clock;
    private final EventMeter meter;
    private final Supplier<PrintStream> out;

    @Inject
    public JsonAuditLog(Clock clock, EventMeter meter) {
        // asked for each time: the server replaces standard output with its own log's
        this(clock, meter, () -> System.out);
    }

    JsonAuditLog(Clock clock, EventMeter meter, Supplier<PrintStream> out) {
        this.clock = clock;
        this.meter = meter;
        this.out = out;
    }

    @Override
    public void record(AuditEvent event) {
        Map<String, Object> own = own(event);
        meter.count(event, (String) own.get("event"), (String) own.get("outcome"));
        out.get().println(JsonLine.of(fields(event, own)));
    }

    private Map<String, Object> fields(AuditEvent event, Map<String, Object> own) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", clock.instant());
        fields.put("event", own.remove("event"));
        fields.put("outcome", own.remove("outcome"));
        fields.put("reason", own.remove("reason"));
        fields.put("user", event.user());
        fields.put("client", event.client());
        fields.put("address", event.trail().address());
        fields.put("request_id", event.trail().requestId());
        fields.putAll(own);
        return fields;
    }

    private static Map<String, Object> own(AuditEvent event) {
        if (event instanceof ClientRegistered registered) {
            return client("client_registered", registered.as());
        }
        if (event instanceof ClientUpdated updated) {
            return client("client_updated", updated.as());
        }
        if (event instanceof ClientRead) {
            return named("client_read", SUCCESS);
        }
        if (event instanceof ClientDeleted) {
            return named("client_deleted", SUCCESS);
        }
        if (event instanceof DeviceSignOnBegun) {
            return named("device_sign_on", SUCCESS);
        }
        if (event instanceof UserCodeEntered) {
            return named("user_code", SUCCESS);
        }
        if (event instanceof ConsentDecided decided) {
            return named(
                    "consent",
                    decided.allowed() ? "allowed" : "denied",
                    "sign_on",
                    decided.signOn(),
                    "resources",
                    decided.resources());
        }
        if (event instanceof SignedOn signedOn) {
            return named("sign_on", SUCCESS, "sign_on", signedOn.signOn());
        }
        if (event instanceof TokensIssued issued) {
            return named(
                    "tokens_issued",
                    SUCCESS,
                    "grant_type",
                    issued.grantType(),
                    "resource",
                    issued.resource(),
                    "grant",
                    issued.grant());
        }
        if (event instanceof IdentityAssertionRedeemed redeemed) {
            return named(
                    "id_jag_redeemed",
                    SUCCESS,
                    "resource",
                    redeemed.resource(),
                    "assertion",
                    redeemed.assertion(),
                    "grant",
                    redeemed.grant());
        }
        if (event instanceof GrantRevoked revoked) {
            return named("grant_revoked", SUCCESS, "reason", revoked.cause(), "grant", revoked.grant());
        }
        if (event instanceof NothingRevoked) {
            return named("revocation", "nothing_revoked");
        }
        if (event instanceof TokenIntrospected asked) {
            return named("token_introspected", asked.active() ? "active" : "inactive", "grant", asked.grant());
        }
        if (event instanceof UserInfoTold told) {
            return named("user_info", SUCCESS, "grant", told.grant());
        }
        if (event instanceof SignedOut) {
            return named("sign_out", SUCCESS);
        }
        if (event instanceof Refused refused) {
            return named(
                    "refusal",
                    "refused",
                    "reason",
                    refused.reason(),
                    "endpoint",
                    refused.endpoint(),
                    "method",
                    refused.method(),
                    "name",
                    refused.name());
        }
        return mcp((McpRequest) event);
    }

    private static Map<String, Object> client(String event, AuditEvent.Registered as) {
        return named(
                event,
                SUCCESS,
                "client_name",
                as.clientName(),
                "authentication_method",
                as.authenticationMethod(),
                "destinations",
                String.join(" ", as.destinations()));
    }

    private static Map<String, Object> mcp(McpRequest request) {
        return named(
                MCP_REQUEST,
                request.failure() == null && request.status() < BAD_REQUEST ? SUCCESS : "failure",
                "reason",
                request.failure(),
                "resource",
                request.resource(),
                "method",
                request.method(),
                "name",
                request.name(),
                "status",
                request.status(),
                "duration_ms",
                request.duration().toMillis());
    }

    private static Map<String, Object> named(String event, String outcome, Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event);
        fields.put("outcome", outcome);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
