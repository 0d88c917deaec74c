package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.audit.AuditEvent.SignedOn;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.authorization.PendingAuthorization.Upstream;
import org.mcpproxy.authorization.SignOnSteps.Next;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.GrantEnding;
import org.mcpproxy.grant.Granting;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.AuthorizationErrors;
import org.mcpproxy.upstream.IdentityProvider;
import org.mcpproxy.upstream.SignOn;
import org.mcpproxy.web.Pages;

/**
 * Where Okta returns (OpenID Connect Core 3.1.2.5). The state must be known, unused, and of a sign-on that this very
 * browser began; before that is certain nothing of the answer is looked at, and afterwards the person has allowed the
 * client, so that its errors may be redirected.
 */
@Path("callback")
public class CallbackResource {

    private final PendingAuthorizations pendings;
    private final ClientLookup clients;
    private final BrowserBinding binding;
    private final BrowserSession session;
    private final SignOnSteps steps;
    private final IdentityProvider okta;
    private final Granting granting;
    private final GrantEnding ending;
    private final AuditLog audit;

    @Inject
    public CallbackResource(
            PendingAuthorizations pendings,
            ClientLookup clients,
            BrowserBinding binding,
            BrowserSession session,
            SignOnSteps steps,
            IdentityProvider okta,
            Granting granting,
            GrantEnding ending,
            AuditLog audit) {
        this.pendings = pendings;
        this.clients = clients;
        this.binding = binding;
        this.session = session;
        this.steps = steps;
        this.okta = okta;
        this.granting = granting;
        this.ending = ending;
        this.audit = audit;
    }

    /** Else it would be taken for a GET whose answer nobody sees, and a sign-on would begin or go on unseen. */
    @HEAD
    public Response head() {
        throw Pages.onlyForGet();
    }

    @GET
    public Response callback(@Context HttpServletRequest http) {
        Parameters parameters = Parameters.ofQuery(http.getQueryString());
        PendingAuthorization pending = find(parameters, http);
        ClientRequest request = pending.request();
        Optional<Client> asAllowed = clients.findRegistration(request.clientId());
        take(pending);
        new Actor(null, request.clientId()).lay(http);
        Grant grant;
        try {
            SignOn signOn = signOn(parameters, pending, http);
            audit.record(new SignedOn(Trail.of(http), signOn.user().id(), request.clientId(), pending.id()));
            grant = granting.open(signOn, request.clientId(), request.scope(), request.resources());
        } catch (Rejection rejection) {
            return refuse(rejection, pending, http);
        }
        Next next = next(pending.granted(grant.id()), asAllowed, grant, http);
        Response.ResponseBuilder response =
                Pages.redirect(next.location()).header(HttpHeaders.SET_COOKIE, session.begin(grant));
        if (next.finished()) {
            response.header(HttpHeaders.SET_COOKIE, binding.release(pending));
        }
        return response.build();
    }

    /** Nobody can get hold of a grant whose sign-on goes no further. */
    private Next next(PendingAuthorization granted, Optional<Client> asAllowed, Grant grant, HttpServletRequest http) {
        try {
            requireSame(asAllowed, granted.request());
            return steps.next(granted, false);
        } catch (Rejection rejection) {
            ending.end(grant.id(), Cause.SIGN_ON_FAILED, Trail.of(http));
            throw rejection;
        }
    }

    /**
     * Of what a client changes, all that is pending is forgotten; this was taken already. Asked once the grant is open, so that a
     * later change finds that.
     */
    private void requireSame(Optional<Client> asAllowed, ClientRequest request) {
        if (!clients.findRegistration(request.clientId()).equals(asAllowed)) {
            throw Rejection.of(Reason.SIGN_ON_UNKNOWN);
        }
    }

    private PendingAuthorization find(Parameters parameters, HttpServletRequest http) {
        String state = new Secret(parameters.get("state", Reason.SIGN_ON_UNKNOWN)).hash();
        PendingAuthorization pending = pendings.find(state).orElseThrow(() -> Rejection.of(Reason.SIGN_ON_UNKNOWN));
        binding.require(pending, http);
        if (pending.step() != Step.OKTA) {
            throw Rejection.of(Reason.SIGN_ON_STEP_WRONG);
        }
        return pending;
    }

    private void take(PendingAuthorization pending) {
        pendings.take(pending.handleHash()).orElseThrow(() -> Rejection.of(Reason.SIGN_ON_UNKNOWN));
    }

    private SignOn signOn(Parameters parameters, PendingAuthorization pending, HttpServletRequest http) {
        if (parameters.find("error").isPresent()) {
            throw Rejection.of(
                    AuthorizationErrors.reason(parameters.find("error").get()));
        }
        Upstream kept = pending.upstream().orElseThrow();
        SignOn signOn = okta.redeem(
                parameters.get("code", Reason.OKTA_ANSWER_INVALID),
                parameters.find("iss").orElse(null),
                kept.codeVerifier(),
                kept.nonce());
        new Actor(signOn.user().id(), pending.request().clientId()).lay(http);
        if (!kept.isMetBy(signOn.authentication().time())) {
            throw discarded(signOn, Reason.AUTHENTICATION_TOO_OLD);
        }
        if (!pending.request().demands().isMetBy(signOn.authentication().contextClass())) {
            throw discarded(signOn, Reason.AUTHENTICATION_CLASS_UNMET);
        }
        // an answer about another user than the client showed an ID token of must not reach it (OpenID Connect Core
        // 3.1.2.2)
        if (!pending.request().identity().isMetBy(signOn.user())) {
            throw discarded(signOn, Reason.USER_NOT_AS_HINTED);
        }
        return signOn;
    }

    private Rejection discarded(SignOn signOn, Reason reason) {
        granting.discard(signOn);
        return Rejection.of(reason);
    }

    /**
     * That Okta or the store cannot be reached is for the person to read: the application would only say that sign-on failed.
     * A client that has gone is told nothing.
     */
    private Response refuse(Rejection rejection, PendingAuthorization pending, HttpServletRequest http) {
        boolean forThePerson = rejection.reason() == Reason.OKTA_UNAVAILABLE
                || rejection.reason() == Reason.SIGN_ON_UNKNOWN
                || rejection.retryAfter().isPresent();
        if (forThePerson) {
            throw rejection;
        }
        ClientRequest request = pending.request();
        URI next = steps.refused(request, rejection.reason());
        audit.record(new Refused(
                Trail.of(http), Actor.of(http).user(), request.clientId(), Endpoint.of(http), rejection.reason()));
        return Pages.redirect(next)
                .header(HttpHeaders.SET_COOKIE, binding.release(pending))
                .build();
    }
}
