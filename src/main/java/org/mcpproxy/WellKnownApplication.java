package org.mcpproxy;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;
import org.mcpproxy.discovery.WellKnownResource;
import org.mcpproxy.web.ErrorMapper;

/** What the server says of itself. */
@ApplicationPath("/.well-known")
public class WellKnownApplication extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(WellKnownResource.class, ErrorMapper.class);
    }
}
