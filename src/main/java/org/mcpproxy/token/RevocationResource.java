package org.mcpproxy.token;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.audit.AuditEvent.NothingRevoked;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.client.Client;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.GrantEnding;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshTokenValue;
import org.mcpproxy.grant.RefreshTokens;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;

/**
 * Revocation endpoint (RFC 7009). Either token ends the whole grant, here and at Okta: a person who disconnects a client
 * means all of it. A token that a client has by exchange (RFC 8693) ends nothing: the grant is another's.
 */
@Path("revoke")
public class RevocationResource {

    private final ClientGate gate;
    private final RefreshTokens refreshTokens;
    private final Grants grants;
    private final AccessTokens accessTokens;
    private final GrantEnding ending;
    private final AuditLog audit;

    @Inject
    public RevocationResource(
            ClientGate gate,
            RefreshTokens refreshTokens,
            Grants grants,
            AccessTokens accessTokens,
            GrantEnding ending,
            AuditLog audit) {
        this.gate = gate;
        this.refreshTokens = refreshTokens;
        this.grants = grants;
        this.accessTokens = accessTokens;
        this.ending = ending;
        this.audit = audit;
    }

    /** An unknown token is a success (RFC 7009 2.2): it is not valid, as was wanted. */
    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response revoke(
            MultivaluedMap<String, String> form,
            @HeaderParam("Authorization") String authorization,
            @Context HttpServletRequest http) {
        Parameters parameters = new Parameters(form);
        Client client = gate.enter(authorization, parameters, http);
        Secret token = new Secret(parameters.get("token", Reason.TOKEN_PARAMETER_MISSING));
        Optional<Issued> found = find(token);
        found.flatMap(issued -> grants.find(issued.grantId()))
                .ifPresent(grant -> new Actor(grant.user().id(), client.id()).lay(http));
        found.ifPresent(issued -> requireOwn(issued, client));
        if (found.filter(issued -> end(issued, Trail.of(http))).isEmpty()) {
            audit.record(new NothingRevoked(Trail.of(http), client.id()));
        }
        return Response.ok().header("Cache-Control", "no-store").build();
    }

    private static void requireOwn(Issued issued, Client client) {
        if (!issued.clientId().equals(client.id())) {
            throw Rejection.of(Reason.TOKEN_OF_OTHER_CLIENT);
        }
        if (issued.exchanged()) {
            throw Rejection.of(Reason.EXCHANGED_TOKEN_NOT_REVOCABLE);
        }
    }

    private boolean end(Issued issued, Trail trail) {
        return issued.ofService()
                ? ending.endOfService(issued.clientId(), issued.grantId(), trail)
                : ending.end(issued.grantId(), Cause.REVOKED_BY_CLIENT, trail);
    }

    /** The hint is only a hint (RFC 7009 2.1), and the two kinds cannot be mistaken for each other. */
    private Optional<Issued> find(Secret token) {
        return refreshTokens
                .find(token.hash())
                .map(Issued::of)
                .or(() -> usedRefreshToken(token))
                .or(() -> accessToken(token));
    }

    /** A client that lost the newest token may have an old one, which is no longer kept. */
    private Optional<Issued> usedRefreshToken(Secret token) {
        return RefreshTokenValue.parse(token.value())
                .flatMap(value -> grants.findByFamily(value.family().hash()))
                .map(Issued::of);
    }

    private Optional<Issued> accessToken(Secret token) {
        return Judged.of(() -> accessTokens.verify(token)).map(Issued::of);
    }

    private record Issued(String clientId, String grantId, boolean ofService, boolean exchanged) {

        static Issued of(RefreshToken token) {
            return new Issued(token.clientId(), token.grantId(), false, false);
        }

        static Issued of(Grant grant) {
            return new Issued(grant.clientId(), grant.id(), false, false);
        }

        static Issued of(AccessToken token) {
            return new Issued(token.clientId(), token.grantId(), token.isOfService(), token.isExchanged());
        }
    }
}
