package org.mcpproxy.registration;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.web.AddressRateLimits;
import org.mcpproxy.web.RateLimited;

/** Client registration endpoint (RFC 7591 3). */
@Path("clients")
@RateLimited(AddressRateLimits.Kind.REGISTRATION)
public class RegistrationResource {

    private final InitialAccess access;
    private final Registration registration;
    private final ClientInformation information;
    private final AuditLog audit;

    @Inject
    public RegistrationResource(
            InitialAccess access, Registration registration, ClientInformation information, AuditLog audit) {
        this.access = access;
        this.registration = registration;
        this.information = information;
        this.audit = audit;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response register(
            String json, @HeaderParam("Authorization") String authorization, @Context HttpServletRequest http) {
        access.require(authorization, Trail.of(http));
        Registered registered = registration.register(json);
        Client client = registered.client();
        audit.record(new AuditEvent.ClientRegistered(Trail.of(http), client.id(), registered.forAudit()));
        return Response.status(Response.Status.CREATED)
                .header("Cache-Control", "no-store")
                .entity(information.write(registered))
                .build();
    }
}
