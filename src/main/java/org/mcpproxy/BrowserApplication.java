package org.mcpproxy;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;
import org.mcpproxy.authorization.CallbackResource;
import org.mcpproxy.consent.ConsentResource;
import org.mcpproxy.consent.DeviceResource;
import org.mcpproxy.consent.LogoutResource;
import org.mcpproxy.web.ErrorMapper;

/** The pages that a browser is taken through. */
@ApplicationPath("/oauth")
public class BrowserApplication extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(
                CallbackResource.class,
                ConsentResource.class,
                DeviceResource.class,
                LogoutResource.class,
                ErrorMapper.class);
    }
}
