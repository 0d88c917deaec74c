package org.mcpproxy.web;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready once every part has loaded, and while none is down; the settings have loaded, or this application would not run. */
@Readiness
@Singleton
public class NodeReadiness implements HealthCheck {

    private final Instance<ReadinessPart> parts;

    @Inject
    public NodeReadiness(@Any Instance<ReadinessPart> parts) {
        this.parts = parts;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("okta-mcp-oauth-proxy");
        boolean ready = true;
        for (ReadinessPart part : parts) {
            ReadinessPart.State state = part.state();
            response.withData(part.name(), state.name().toLowerCase(Locale.ROOT));
            ready &= state.isReady();
        }
        return response.status(ready).build();
    }
}
