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
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent.Refused;
import org.mcpproxy.audit.AuditEvent.UserCodeEntered;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.authorization.BrowserBinding;
import org.mcpproxy.authorization.ClientRequest;
import org.mcpproxy.authorization.DeviceSignOns;
import org.mcpproxy.authorization.SignOnSteps;
import org.mcpproxy.authorization.SignOnSteps.Begun;
import org.mcpproxy.authorization.UserCodes;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.page.Page;
import org.mcpproxy.web.Cookies;
import org.mcpproxy.web.Pages;
import org.mcpproxy.web.UserCodeTries;

/**
 * Where a person enters the code that a device shows (RFC 8628 3.3). A code in the address is shown to be compared, and looked
 * up by nobody before the person says so: neither a link nor somebody else's page begins a sign-on, or tries codes out.
 */
@Path("device")
public class DeviceResource {

    static final String COOKIE = "device";
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Page PAGE = Page.named("device");
    private static final Page DONE = Page.named("device-done");
    private static final Page DENIED = Page.named("device-denied");

    private final Cookies cookies;
    private final UserCodes userCodes;
    private final UserCodeTries tries;
    private final DeviceSignOns signOns;
    private final SignOnSteps steps;
    private final BrowserBinding binding;
    private final Settings settings;
    private final AuditLog audit;
    private final RandomGenerator random;

    @Inject
    public DeviceResource(
            Cookies cookies,
            UserCodes userCodes,
            UserCodeTries tries,
            DeviceSignOns signOns,
            SignOnSteps steps,
            BrowserBinding binding,
            Settings settings,
            AuditLog audit,
            RandomGenerator random) {
        this.cookies = cookies;
        this.userCodes = userCodes;
        this.tries = tries;
        this.signOns = signOns;
        this.steps = steps;
        this.binding = binding;
        this.settings = settings;
        this.audit = audit;
        this.random = random;
    }

    @GET
    public Response ask(@Context HttpServletRequest http) {
        String code =
                Parameters.ofQuery(http.getQueryString()).find("user_code").orElse("");
        Secret browser = cookies.find(COOKIE, http).map(Secret::new).orElseGet(() -> Secret.random(random));
        return form(Response.Status.OK, code, browser, null)
                .header(HttpHeaders.SET_COOKIE, cookies.set(COOKIE, browser.value(), LIFETIME))
                .build();
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response enter(MultivaluedMap<String, String> form, @Context HttpServletRequest http) {
        Parameters parameters = new Parameters(form);
        Secret browser = requireOwnForm(parameters, http);
        tries.take(browser.hash(), Trail.of(http).address());
        String entered = parameters.find("user_code").orElse("");
        try {
            return begin(signOns.request(entered), http);
        } catch (Rejection rejection) {
            if (rejection.reason() != Reason.USER_CODE_UNKNOWN) {
                throw rejection;
            }
            audit.record(new Refused(Trail.of(http), null, null, Endpoint.of(http), rejection.reason()));
            return form(
                            Response.Status.BAD_REQUEST,
                            entered,
                            browser,
                            rejection.reason().sentence())
                    .build();
        }
    }

    /** Where the browser comes to when the person has signed on. */
    @GET
    @Path("done")
    public Response done() {
        return Pages.page(Response.Status.OK, DONE.render(Map.of())).build();
    }

    /** Where it comes to when they would not. */
    @GET
    @Path("denied")
    public Response denied() {
        return Pages.page(Response.Status.OK, DENIED.render(Map.of())).build();
    }

    private Response begin(ClientRequest request, HttpServletRequest http) {
        new Actor(null, request.clientId()).lay(http);
        Begun begun = steps.begin(request, false);
        audit.record(new UserCodeEntered(Trail.of(http), request.clientId()));
        Response.ResponseBuilder response = Pages.goOn(begun.location(), "One moment …");
        binding.bind(begun, http).forEach(cookie -> response.header(HttpHeaders.SET_COOKIE, cookie));
        return response.build();
    }

    /** Else another site could have this browser enter a code. */
    private Secret requireOwnForm(Parameters parameters, HttpServletRequest http) {
        String csrf = parameters.get("csrf", Reason.CSRF_VALUE_WRONG);
        return cookies.find(COOKIE, http)
                .map(Secret::new)
                .filter(value -> value.hashesTo(csrf))
                .orElseThrow(() -> Rejection.of(Reason.CSRF_VALUE_WRONG));
    }

    private Response.ResponseBuilder form(Response.Status status, String entered, Secret browser, String problem) {
        String code = userCodes.parse(entered).map(Secret::value).orElse("");
        Entry entry = new Entry(code, browser.hash(), settings.publicUrl().getAuthority(), problem);
        return Pages.page(status, PAGE.render(entry));
    }

    /**
     * What the page shows.
     *
     * @param problem null where there is none
     */
    private record Entry(String code, String csrf, String server, String problem) {}
}
