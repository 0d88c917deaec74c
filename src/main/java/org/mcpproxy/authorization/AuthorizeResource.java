package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.authorization.AuthorizationRequests.Redirection;
import org.mcpproxy.authorization.SignOnSteps.Begun;
import org.mcpproxy.client.RedirectUris;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.AddressRateLimits;
import org.mcpproxy.web.ErrorPage;
import org.mcpproxy.web.Pages;
import org.mcpproxy.web.RateLimited;

/** Authorization endpoint (OAuth 2.1 3.1). */
@Path("authorize")
@RateLimited(AddressRateLimits.Kind.AUTHORIZATION)
public class AuthorizeResource {

    private final AuthorizationRequests requests;
    private final RequestUris uris;
    private final SignOnSteps steps;
    private final BrowserBinding binding;
    private final RememberedConsent remembered;
    private final ErrorRedirects redirects;
    private final AuthorizationAnswer answer;
    private final AddressRateLimits limits;
    private final AuditLog audit;
    private final SignOnMeter meter;

    @Inject
    public AuthorizeResource(
            AuthorizationRequests requests,
            RequestUris uris,
            SignOnSteps steps,
            BrowserBinding binding,
            RememberedConsent remembered,
            ErrorRedirects redirects,
            AuthorizationAnswer answer,
            AddressRateLimits limits,
            AuditLog audit,
            SignOnMeter meter) {
        this.requests = requests;
        this.uris = uris;
        this.steps = steps;
        this.binding = binding;
        this.remembered = remembered;
        this.redirects = redirects;
        this.answer = answer;
        this.limits = limits;
        this.audit = audit;
        this.meter = meter;
    }

    /** Else it would be taken for a GET whose answer nobody sees, and a sign-on would begin or go on unseen. */
    @HEAD
    public Response head() {
        throw Pages.onlyForGet();
    }

    @GET
    public Response authorize(@Context HttpServletRequest http) {
        return authorize(Parameters.ofQuery(http.getQueryString()), http);
    }

    /** As a form, whatever page it comes from (OpenID Connect Core 3.1.2.1): it may begin what a link to here may. */
    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response authorize(MultivaluedMap<String, String> form, @Context HttpServletRequest http) {
        return authorize(new Parameters(form), http);
    }

    private Response authorize(Parameters brought, HttpServletRequest http) {
        Parameters parameters = uris.resolve(brought);
        limitFetches(parameters, http);
        Redirection redirection = requests.redirection(parameters);
        new Actor(null, redirection.client().id()).lay(http);
        try {
            Response begun = begin(requests.request(parameters, redirection), parameters, http);
            uris.use(brought);
            meter.begun();
            return begun;
        } catch (Rejection rejection) {
            if (rejection.retryAfter().isPresent()) {
                // nothing that the client could do better: the person is to come again
                throw rejection;
            }
            return refuse(rejection, redirection, http);
        }
    }

    /** A client that is new here costs what one costs that registers. */
    private void limitFetches(Parameters parameters, HttpServletRequest http) {
        if (requests.isNew(parameters)) {
            limits.of(AddressRateLimits.Kind.REGISTRATION).take(Trail.of(http).address());
        }
    }

    private Response begin(ClientRequest request, Parameters parameters, HttpServletRequest http) {
        boolean spared = !asksForConsent(parameters) && remembered.covers(request, http);
        Begun begun = steps.begin(request, spared);
        Response.ResponseBuilder response = Pages.redirect(begun.location());
        binding.bind(begun, http).forEach(cookie -> response.header(HttpHeaders.SET_COOKIE, cookie));
        return response.build();
    }

    /** Clients may insist on the question (OpenID Connect Core 3.1.2.1). */
    private static boolean asksForConsent(Parameters parameters) {
        return parameters
                .find("prompt")
                .filter(prompt -> prompt.contains("consent"))
                .isPresent();
    }

    /**
     * Anyone can register an https client and send people links to us: going on to its address by itself would make
     * this server an open redirector. So it goes by itself to loopback only, or where this browser's user has allowed
     * the client before; else a page names the host, and offers the way as a link.
     */
    private Response refuse(Rejection rejection, Redirection redirection, HttpServletRequest http) {
        Trail trail = Trail.of(http);
        audit.record(new Refused(trail, null, redirection.client().id(), Endpoint.of(http), rejection.reason()));
        URI location = answer.error(redirection.redirectUri(), redirection.state(), rejection.reason());
        if (redirects.allow(redirection, http)) {
            return Pages.redirect(location).build();
        }
        ErrorPage page = new ErrorPage(
                rejection.reason().sentence(),
                location.toString(),
                RedirectUris.destination(redirection.redirectUri()),
                trail.requestId());
        Response.ResponseBuilder response = Pages.page(Response.Status.BAD_REQUEST, page.html());
        return response.build();
    }
}
