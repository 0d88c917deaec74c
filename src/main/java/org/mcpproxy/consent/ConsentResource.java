package org.mcpproxy.consent;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent.ConsentDecided;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.authorization.BrowserBinding;
import org.mcpproxy.authorization.ClientRequest;
import org.mcpproxy.authorization.DeviceSignOns;
import org.mcpproxy.authorization.PendingAuthorization;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.authorization.PendingAuthorizations;
import org.mcpproxy.authorization.RememberedConsent;
import org.mcpproxy.authorization.SignOnSteps;
import org.mcpproxy.authorization.SignOnSteps.Next;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.GrantEnding;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.Pages;

/**
 * Asks the person, and takes the answer. The MCP specification demands consent for each client before the browser is
 * sent to Okta: Okta knows but one client, us, and would wave every other through (the confused deputy).
 */
@Path("consent")
public class ConsentResource {

    private final PendingAuthorizations pendings;
    private final BrowserBinding binding;
    private final RememberedConsent remembered;
    private final SignOnSteps steps;
    private final DeviceSignOns devices;
    private final ClientLookup clients;
    private final Grants grants;
    private final GrantEnding ending;
    private final Approvals approvals;
    private final Settings settings;
    private final AuditLog audit;

    @Inject
    public ConsentResource(
            PendingAuthorizations pendings,
            BrowserBinding binding,
            RememberedConsent remembered,
            SignOnSteps steps,
            DeviceSignOns devices,
            ClientLookup clients,
            Grants grants,
            GrantEnding ending,
            Approvals approvals,
            Settings settings,
            AuditLog audit) {
        this.pendings = pendings;
        this.binding = binding;
        this.remembered = remembered;
        this.steps = steps;
        this.devices = devices;
        this.clients = clients;
        this.grants = grants;
        this.ending = ending;
        this.approvals = approvals;
        this.settings = settings;
        this.audit = audit;
    }

    @GET
    public Response ask(@Context HttpServletRequest http) {
        Parameters parameters = Parameters.ofQuery(http.getQueryString());
        PendingAuthorization pending = find(parameters, http);
        ClientRequest request = pending.request();
        Client client = clients.find(request.clientId());
        ConsentPage page = ConsentPage.of(
                client,
                request,
                devices.device(request).map(AskingDevice::of).orElse(null),
                settings.publicUrl().getAuthority(),
                userName(pending),
                parameters.get("request", Reason.SIGN_ON_UNKNOWN),
                binding.formValue(pending, http));
        Response.ResponseBuilder response = Pages.page(Response.Status.OK, page.html());
        binding.surplus(pending, http).forEach(cookie -> response.header(HttpHeaders.SET_COOKIE, cookie));
        return response.build();
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response decide(MultivaluedMap<String, String> form, @Context HttpServletRequest http) {
        Parameters parameters = new Parameters(form);
        PendingAuthorization pending = find(parameters, http);
        new Actor(userId(pending), pending.request().clientId()).lay(http);
        binding.requireFormValue(parameters.get("csrf", Reason.CSRF_VALUE_WRONG), pending, http);
        boolean allowed = "allow".equals(parameters.find("decision").orElse("deny"));
        PendingAuthorization taken =
                pendings.take(pending.handleHash()).orElseThrow(() -> Rejection.of(Reason.SIGN_ON_UNKNOWN));
        audit.record(new ConsentDecided(
                Trail.of(http),
                userId(taken),
                taken.request().clientId(),
                taken.id(),
                taken.request().resources().all(),
                allowed));
        return allowed ? allow(taken, http) : deny(taken, http);
    }

    private Response allow(PendingAuthorization pending, HttpServletRequest http) {
        try {
            return goOn(pending, steps.next(pending.allowed(), false));
        } catch (Rejection rejection) {
            if (SignOnSteps.isFinal(rejection.reason())) {
                return refuse(pending, rejection.reason(), http);
            }
            // Where Okta cannot be reached for now, the question stays open, to be answered again.
            pendings.save(pending);
            throw rejection;
        }
    }

    private Response goOn(PendingAuthorization pending, Next next) {
        Response.ResponseBuilder response = Pages.goOn(next.location(), "Allowed. One moment …");
        if (next.finished()) {
            response.header(HttpHeaders.SET_COOKIE, binding.release(pending));
        }
        remembered.remember(pending.request()).ifPresent(cookie -> response.header(HttpHeaders.SET_COOKIE, cookie));
        return response.build();
    }

    /** The person has allowed it, and Okta does not. */
    private Response refuse(PendingAuthorization pending, Reason reason, HttpServletRequest http) {
        ClientRequest request = pending.request();
        URI location = steps.refused(request, reason);
        audit.record(new Refused(Trail.of(http), userId(pending), request.clientId(), Endpoint.of(http), reason));
        return Pages.goOn(location, "Okta refuses. The application is told so.")
                .header(HttpHeaders.SET_COOKIE, binding.release(pending))
                .build();
    }

    /**
     * Takes back what was allowed before, too. The answer goes to the address that was stored when the request was found
     * good, never to one in the form.
     */
    private Response deny(PendingAuthorization pending, HttpServletRequest http) {
        grant(pending).ifPresent(grant -> approvals.withdraw(grant.user(), grant.clientId()));
        pending.grantId().ifPresent(grant -> ending.end(grant, Cause.CONSENT_DENIED, Trail.of(http)));
        ClientRequest request = pending.request();
        URI location = steps.refused(request, Reason.CONSENT_DENIED);
        return Pages.goOn(location, "Denied. The application is told so.")
                .header(HttpHeaders.SET_COOKIE, remembered.forget(request))
                .header(HttpHeaders.SET_COOKIE, binding.release(pending))
                .build();
    }

    private PendingAuthorization find(Parameters parameters, HttpServletRequest http) {
        Secret handle = new Secret(parameters.get("request", Reason.SIGN_ON_UNKNOWN));
        PendingAuthorization pending =
                pendings.find(handle.hash()).orElseThrow(() -> Rejection.of(Reason.SIGN_ON_UNKNOWN));
        binding.require(pending, http);
        if (pending.step() == Step.OKTA) {
            throw Rejection.of(Reason.SIGN_ON_STEP_WRONG);
        }
        return pending;
    }

    private Optional<Grant> grant(PendingAuthorization pending) {
        return pending.grantId().flatMap(grants::find);
    }

    private String userId(PendingAuthorization pending) {
        return grant(pending).map(grant -> grant.user().id()).orElse(null);
    }

    private String userName(PendingAuthorization pending) {
        return grant(pending)
                .map(Grant::user)
                .map(user -> Optional.ofNullable(user.email()).orElse(user.id()))
                .orElse(null);
    }
}
