package org.mcpproxy.token;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.mcpproxy.audit.AuditEvent.TokenIntrospected;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * Introspection endpoint (RFC 7662), for clients that an administrator registered and that authenticate: nobody else may
 * find out by it which tokens are good. Where there are none, nor is this.
 */
@Path("introspect")
public class IntrospectionResource {

    private final ClientGate gate;
    private final PreregisteredClients clients;
    private final Introspection introspection;
    private final Settings settings;
    private final AuditLog audit;

    @Inject
    public IntrospectionResource(
            ClientGate gate,
            PreregisteredClients clients,
            Introspection introspection,
            Settings settings,
            AuditLog audit) {
        this.gate = gate;
        this.clients = clients;
        this.introspection = introspection;
        this.settings = settings;
        this.audit = audit;
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    public Response introspect(
            MultivaluedMap<String, String> form,
            @HeaderParam("Authorization") String authorization,
            @Context HttpServletRequest http) {
        if (settings.clientsFile().isEmpty()) {
            throw new NotFoundException();
        }
        Parameters parameters = new Parameters(form);
        Client client = gate.enter(authorization, parameters, http);
        PreregisteredClient asking = asking(client);
        Secret token = new Secret(parameters.get("token", Reason.TOKEN_PARAMETER_MISSING));
        Optional<Introspected> found = introspection.of(token, asking);
        audit.record(new TokenIntrospected(
                Trail.of(http),
                found.map(Introspected::user).orElse(null),
                client.id(),
                found.flatMap(Introspected::grantId).orElse(null),
                found.isPresent()));
        return Response.ok(Json.write(found.<Map<String, ?>>map(active -> active.toResponse(settings.issuer()))
                        .orElse(Map.of("active", false))))
                .header("Cache-Control", "no-store")
                .build();
    }

    private PreregisteredClient asking(Client client) {
        if (client.isPublic()) {
            throw Rejection.of(Reason.CLIENT_AUTHENTICATION_MISSING);
        }
        return clients.find(client.id()).orElseThrow(() -> Rejection.of(Reason.INTROSPECTION_FORBIDDEN));
    }
}
