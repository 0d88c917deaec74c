package org.mcpproxy;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;
import org.mcpproxy.authorization.AuthorizeResource;
import org.mcpproxy.authorization.DeviceAuthorizationResource;
import org.mcpproxy.authorization.PushedRequestResource;
import org.mcpproxy.registration.ClientConfigurationResource;
import org.mcpproxy.registration.RegistrationResource;
import org.mcpproxy.token.IntrospectionResource;
import org.mcpproxy.token.RevocationResource;
import org.mcpproxy.token.TokenResource;
import org.mcpproxy.token.UserInfoResource;
import org.mcpproxy.web.ErrorMapper;
import org.mcpproxy.web.RateLimitFilter;

/** What OAuth clients call, and where they send the browser. */
@ApplicationPath("/oauth2/v1")
public class ProtocolApplication extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(
                RegistrationResource.class,
                PushedRequestResource.class,
                DeviceAuthorizationResource.class,
                ClientConfigurationResource.class,
                AuthorizeResource.class,
                TokenResource.class,
                RevocationResource.class,
                IntrospectionResource.class,
                UserInfoResource.class,
                RateLimitFilter.class,
                ErrorMapper.class);
    }
}
