package org.mcpproxy;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;
import org.mcpproxy.registration.RegistrationResource;
import org.mcpproxy.web.BodyLimit;
import org.mcpproxy.web.ErrorMapper;

/** What OAuth clients call, and where they send the browser. */
@ApplicationPath("/oauth2/v1")
public class ProtocolApplication extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(RegistrationResource.class, BodyLimit.class, ErrorMapper.class);
    }
}
