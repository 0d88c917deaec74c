package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.PushedAuthorizationSuccessResponse;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Collections;
import java.util.Optional;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.config.Settings;
import org.mcpproxy.dpop.ClientProofs;
import org.mcpproxy.dpop.HttpCall;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.token.ClientGate;
import org.mcpproxy.web.AddressRateLimits;

/**
 * Pushed authorization request endpoint (RFC 9126 2): what a client asks for comes from itself, authenticated as at the token
 * endpoint, and not through the browser. With a proof of possession the code is bound to its key (RFC 9449 10.1).
 */
@Path("par")
public class PushedRequestResource {

    private final ClientGate gate;
    private final ClientProofs proofs;
    private final RequestUris uris;
    private final Payer payer;
    private final AddressRateLimits limits;
    private final Settings settings;

    @Inject
    public PushedRequestResource(
            ClientGate gate,
            ClientProofs proofs,
            RequestUris uris,
            Payer payer,
            AddressRateLimits limits,
            Settings settings) {
        this.gate = gate;
        this.proofs = proofs;
        this.uris = uris;
        this.payer = payer;
        this.limits = limits;
        this.settings = settings;
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    public Response push(
            MultivaluedMap<String, String> form,
            @HeaderParam("Authorization") String authorization,
            @Context HttpServletRequest http) {
        Parameters parameters = new Parameters(form);
        Client client = gate.enter(authorization, parameters, http);
        limits.of(AddressRateLimits.Kind.AUTHORIZATION).take(payer.of(client, Trail.of(http)));
        Optional<String> proven = proofs.keyThumbprint(new HttpCall(
                Collections.list(http.getHeaders(HttpCall.HEADER)), http.getMethod(), settings.at("/oauth2/v1/par")));
        URI uri = uris.push(client, NamedKey.inPushed(parameters, proven));
        long seconds = settings.lifetimes().pushedRequest().toSeconds();
        return Response.status(Response.Status.CREATED)
                .entity(Json.write(new PushedAuthorizationSuccessResponse(uri, seconds).toJSONObject()))
                .header("Cache-Control", "no-store")
                .build();
    }
}
