package org.mcpproxy.registration;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.web.AddressRateLimits;
import org.mcpproxy.web.RateLimited;

/**
 * Client configuration endpoint (RFC 7592 2), of clients that have registered, whether or not others still may. Limited as
 * registration is, as each call writes.
 */
@Path("clients/{client_id}")
@RateLimited(AddressRateLimits.Kind.REGISTRATION)
public class ClientConfigurationResource {

    private final BearerGate gate;
    private final ClientConfiguration configuration;
    private final ClientInformation information;
    private final AuditLog audit;

    @Inject
    public ClientConfigurationResource(
            BearerGate gate, ClientConfiguration configuration, ClientInformation information, AuditLog audit) {
        this.gate = gate;
        this.configuration = configuration;
        this.information = information;
        this.audit = audit;
    }

    /** Else it would be taken for a GET whose answer, and with it the new token, nobody sees. */
    @HEAD
    public Response head() {
        throw new NotAllowedException(
                HttpMethod.GET, new String[] {HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.OPTIONS});
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Response read(
            @PathParam("client_id") String clientId,
            @HeaderParam("Authorization") String authorization,
            @Context HttpServletRequest http) {
        Client client = enter(clientId, authorization, http);
        Registered registered = configuration.read(client);
        audit.record(new AuditEvent.ClientRead(Trail.of(http), clientId));
        return answer(registered);
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response update(
            String json,
            @PathParam("client_id") String clientId,
            @HeaderParam("Authorization") String authorization,
            @Context HttpServletRequest http) {
        Client client = enter(clientId, authorization, http);
        Registered registered = configuration.update(client, json, Trail.of(http));
        audit.record(new AuditEvent.ClientUpdated(Trail.of(http), clientId, registered.forAudit()));
        return answer(registered);
    }

    @DELETE
    public Response delete(
            @PathParam("client_id") String clientId,
            @HeaderParam("Authorization") String authorization,
            @Context HttpServletRequest http) {
        Client client = enter(clientId, authorization, http);
        configuration.delete(client, Trail.of(http));
        audit.record(new AuditEvent.ClientDeleted(Trail.of(http), clientId));
        return Response.noContent().header("Cache-Control", "no-store").build();
    }

    private Client enter(String clientId, String authorization, HttpServletRequest http) {
        Client client = gate.enter(
                authorization,
                Trail.of(http),
                Reason.REGISTRATION_TOKEN_MISSING,
                token -> configuration.find(clientId, token));
        new Actor(null, client.id()).lay(http);
        return client;
    }

    private Response answer(Registered registered) {
        return Response.ok(information.write(registered))
                .header("Cache-Control", "no-store")
                .build();
    }
}
