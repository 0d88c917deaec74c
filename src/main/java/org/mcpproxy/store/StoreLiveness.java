package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Down once a database that was away at the start turned out to be sealed with another secret: this node will never serve,
 * and the next start says why and stops. A lost database is no reason to start again.
 */
@Liveness
@Singleton
public class StoreLiveness implements HealthCheck {

    private final StoreStatus status;

    @Inject
    public StoreLiveness(StoreStatus status) {
        this.status = status;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("store").status(!status.isRefused()).build();
    }
}
