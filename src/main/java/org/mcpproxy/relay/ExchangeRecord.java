package org.mcpproxy.relay;

import java.time.Duration;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.oauth.Reason;

/** What stays of an exchange: a line in the audit for each act that it asks for, and its part of the figures. */
final class ExchangeRecord {

    private final RelayRequest request;
    private final AuditLog audit;
    private final RelayMeter meter;

    /** Of the answer that has begun. */
    private volatile int status;

    ExchangeRecord(RelayRequest request, AuditLog audit, RelayMeter meter) {
        this.request = request;
        this.audit = audit;
        this.meter = meter;
    }

    /** The backend's answer has begun. */
    void answered(int begun) {
        status = begun;
        meter.answered(request, begun);
        audit(begun, null);
    }

    /** It is answered by us instead. */
    void failed(Reason why) {
        meter.failed(request, why);
        audit(why.status(), why);
    }

    /** The answer that had begun ends before its time. */
    void brokeOff(Reason why) {
        meter.brokeOff(why);
        audit(status, why);
    }

    /** It is over, in whatever way. */
    void ended() {
        meter.ended(request);
    }

    private void audit(int shown, Reason failure) {
        Duration taken = Duration.ofNanos(System.nanoTime() - request.since());
        for (McpBody.Act act : request.acts()) {
            audit.record(new AuditEvent.McpRequest(
                    request.trail(),
                    request.caller().user().orElse(null),
                    request.caller().client(),
                    request.resource().path(),
                    act.method(),
                    act.name(),
                    shown,
                    failure,
                    taken));
        }
    }
}
