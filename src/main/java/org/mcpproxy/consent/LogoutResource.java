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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.mcpproxy.audit.AuditEvent.SignedOut;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.authorization.BrowserBinding;
import org.mcpproxy.authorization.BrowserSession;
import org.mcpproxy.authorization.RememberedConsent;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.page.Page;
import org.mcpproxy.upstream.IdentityProvider;
import org.mcpproxy.web.Cookies;
import org.mcpproxy.web.Pages;

/**
 * Signs this browser out: our cookies go, and Okta's session is ended at Okta (OpenID Connect RP-Initiated Logout), where
 * an ID token of this browser's newest sign-on is still there for a hint. Grants stay, as they belong to applications and
 * not to this browser.
 */
@Path("logout")
public class LogoutResource {

    private static final String COOKIE = "logout";
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Page PAGE = Page.named("logout");
    private static final Page SIGNED_OUT = Page.named("signed-out");

    private final Cookies cookies;
    private final BrowserBinding binding;
    private final BrowserSession session;
    private final UpstreamSession upstream;
    private final RememberedConsent remembered;
    private final IdentityProvider okta;
    private final Settings settings;
    private final AuditLog audit;
    private final RandomGenerator random;

    @Inject
    public LogoutResource(
            Cookies cookies,
            BrowserBinding binding,
            BrowserSession session,
            UpstreamSession upstream,
            RememberedConsent remembered,
            IdentityProvider okta,
            Settings settings,
            AuditLog audit,
            RandomGenerator random) {
        this.cookies = cookies;
        this.binding = binding;
        this.session = session;
        this.upstream = upstream;
        this.remembered = remembered;
        this.okta = okta;
        this.settings = settings;
        this.audit = audit;
        this.random = random;
    }

    /** A form to confirm, so that a link elsewhere signs nobody out. */
    @GET
    public Response ask() {
        Secret value = Secret.random(random);
        return Pages.page(Response.Status.OK, PAGE.render(Map.of("csrf", value.hash())))
                .header(HttpHeaders.SET_COOKIE, cookies.set(COOKIE, value.value(), LIFETIME))
                .build();
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response signOut(MultivaluedMap<String, String> form, @Context HttpServletRequest http) {
        String csrf = new Parameters(form).get("csrf", Reason.CSRF_VALUE_WRONG);
        cookies.find(COOKIE, http)
                .filter(value -> new Secret(value).hashesTo(csrf))
                .orElseThrow(() -> Rejection.of(Reason.CSRF_VALUE_WRONG));
        audit.record(new SignedOut(Trail.of(http)));
        Response.ResponseBuilder response = endOfOktasSession(http)
                .map(location -> Pages.goOn(location, "Signed out here. One moment …"))
                .orElseGet(this::signedOutHereOnly);
        Stream.of(
                        List.of(cookies.clear(COOKIE), cookies.clear(DeviceResource.COOKIE), session.end()),
                        binding.releaseAll(http),
                        remembered.forgetAll(http))
                .flatMap(List::stream)
                .forEach(cookie -> response.header(HttpHeaders.SET_COOKIE, cookie));
        return response.build();
    }

    private Optional<URI> endOfOktasSession(HttpServletRequest http) {
        return session.grantId(http)
                .flatMap(upstream::idToken)
                .flatMap(idToken -> okta.endSession(idToken, settings.at("/")));
    }

    /** Without a hint Okta would answer with an error page: better to say what is so, and where to go on. */
    private Response.ResponseBuilder signedOutHereOnly() {
        URI issuer = settings.okta().issuer();
        return Pages.page(
                Response.Status.OK,
                SIGNED_OUT.render(Map.of("origin", issuer.resolve("/").toString(), "host", issuer.getAuthority())));
    }
}
