package org.mcpproxy.audit;

/** Takes what happened. Never blocks on anything but the local log, and never fails the request. */
@FunctionalInterface
public interface AuditLog {

    void record(AuditEvent event);
}
