package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import jakarta.enterprise.inject.Instance;
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
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent.TokensIssued;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.config.Settings;
import org.mcpproxy.dpop.ClientProofs;
import org.mcpproxy.dpop.HttpCall;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Token endpoint (RFC 6749 3.2). What all grant types share stands here, once and in order: who the client is, whether it may
 * use this grant type, which key it has proved to have (RFC 9449 5), and then the one exchange.
 */
@Path("token")
public class TokenResource {

    private final ClientGate gate;
    private final ClientProofs proofs;
    private final URI uri;
    private final Instance<Exchange> exchanges;
    private final List<GrantType> offered;
    private final AuditLog audit;
    private final TokenMeter meter;
    private final Clock clock;

    @Inject
    public TokenResource(
            ClientGate gate,
            ClientProofs proofs,
            Instance<Exchange> exchanges,
            Settings settings,
            AuditLog audit,
            TokenMeter meter,
            Clock clock) {
        this.gate = gate;
        this.proofs = proofs;
        this.uri = settings.at("/oauth2/v1/token");
        this.exchanges = exchanges;
        this.offered = settings.offeredGrantTypes();
        this.audit = audit;
        this.meter = meter;
        this.clock = clock;
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    public Response token(
            MultivaluedMap<String, String> form,
            @HeaderParam("Authorization") String authorization,
            @Context HttpServletRequest http) {
        Parameters parameters = new Parameters(form);
        Optional<String> grantType = parameters.find("grant_type");
        try {
            Response issued = issue(parameters, authorization, http);
            meter.issued(grantType);
            return issued;
        } catch (Rejection rejection) {
            meter.refused(grantType);
            throw rejection;
        }
    }

    private Response issue(Parameters parameters, String authorization, HttpServletRequest http) {
        Client client = gate.enter(authorization, parameters, http);
        Exchange exchange = exchange(parameters, client);
        Optional<String> keyThumbprint = keyThumbprint(client, http);
        TokenAnswer answer = exchange.exchange(new TokenRequest(
                client, keyThumbprint, parameters, Trail.of(http), user -> new Actor(user, client.id()).lay(http)));
        audit.record(new TokensIssued(
                Trail.of(http),
                answer.user(),
                client.id(),
                exchange.grantType().getValue(),
                answer.resource(),
                answer.grantId()));
        return Response.ok(Json.write(answer.toResponse(clock.instant())))
                .header("Cache-Control", "no-store")
                .build();
    }

    /** Whoever registered to have every token bound must not be given another (RFC 9449 5.2). */
    private Optional<String> keyThumbprint(Client client, HttpServletRequest http) {
        Optional<String> keyThumbprint = proofs.keyThumbprint(
                new HttpCall(Collections.list(http.getHeaders(HttpCall.HEADER)), http.getMethod(), uri));
        if (client.bindsTokens() && keyThumbprint.isEmpty()) {
            throw Rejection.of(Reason.PROOF_MISSING);
        }
        return keyThumbprint;
    }

    private Exchange exchange(Parameters parameters, Client client) {
        GrantType grantType = new GrantType(parameters.get("grant_type", Reason.GRANT_TYPE_MISSING));
        Exchange exchange = exchanges.stream()
                .filter(candidate -> candidate.grantType().equals(grantType))
                .filter(candidate -> offered.contains(candidate.grantType()))
                .findFirst()
                .orElseThrow(() -> Rejection.of(Reason.GRANT_TYPE_UNSUPPORTED));
        if (!client.mayUse(grantType)) {
            throw Rejection.of(Reason.GRANT_TYPE_UNREGISTERED);
        }
        return exchange;
    }
}
