package org.mcpproxy.registration;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.ResponseType;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import net.minidev.json.JSONObject;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.registration.Registration.Registered;
import org.mcpproxy.web.AddressRateLimits;
import org.mcpproxy.web.RateLimited;

/** Client registration endpoint (RFC 7591 3). */
@Path("clients")
@RateLimited(AddressRateLimits.Kind.REGISTRATION)
public class RegistrationResource {

    private final Registration registration;
    private final AuditLog audit;

    @Inject
    public RegistrationResource(Registration registration, AuditLog audit) {
        this.registration = registration;
        this.audit = audit;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response register(String json, @Context HttpServletRequest request) {
        Registered registered = registration.register(json);
        Client client = registered.client();
        audit.record(new AuditEvent.ClientRegistered(
                Trail.of(request), client.id(), client.name().orElse(null)));
        return Response.status(Response.Status.CREATED)
                .header("Cache-Control", "no-store")
                .entity(Json.write(information(registered)))
                .build();
    }

    /** Client information response (RFC 7591 3.2.1): everything that is registered, and the secret. */
    private static JSONObject information(Registered registered) {
        Client client = registered.client();
        JSONObject json = new JSONObject();
        json.put("client_id", client.id());
        json.put("client_id_issued_at", client.registeredAt().getEpochSecond());
        registered.secret().ifPresent(secret -> {
            json.put("client_secret", secret.value());
            json.put("client_secret_expires_at", 0);
        });
        client.name().ifPresent(name -> json.put("client_name", name));
        json.put("redirect_uris", client.redirectUris());
        json.put(
                "grant_types",
                client.grantTypes().stream().map(GrantType::getValue).sorted().toList());
        json.put("response_types", List.of(ResponseType.CODE.toString()));
        json.put("token_endpoint_auth_method", client.authenticationMethod().getValue());
        json.put("scope", client.scope().toString());
        return json;
    }
}
