package org.mcpproxy.token;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import net.minidev.json.JSONObject;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent.UserInfoTold;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.Settings;
import org.mcpproxy.dpop.HttpCall;
import org.mcpproxy.dpop.Proof;
import org.mcpproxy.dpop.ResourceProofs;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;

/** UserInfo endpoint (OpenID Connect Core 5.3): a protected resource for each of our access tokens that has {@code openid}. */
@Path("userinfo")
public class UserInfoResource {

    private final AccessTokens accessTokens;
    private final ResourceProofs proofs;
    private final UserInfo userInfo;
    private final URI uri;
    private final AuditLog audit;

    @Inject
    public UserInfoResource(
            AccessTokens accessTokens, ResourceProofs proofs, UserInfo userInfo, Settings settings, AuditLog audit) {
        this.accessTokens = accessTokens;
        this.proofs = proofs;
        this.uri = settings.at("/oauth2/v1/userinfo");
        this.userInfo = userInfo;
        this.audit = audit;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Response get(@Context HttpServletRequest http) {
        return answer(PresentedToken.findOfEither(authorizations(http), http.getQueryString()), http);
    }

    /** With the token as a header, or in the form that is the body (RFC 6750 2.2). */
    @POST
    @Produces(MediaType.APPLICATION_JSON)
    public Response post(byte[] body, @Context HttpServletRequest http) {
        return answer(PresentedToken.findOfEither(authorizations(http), http.getQueryString(), form(body, http)), http);
    }

    private Response answer(PresentedToken.Sent sent, HttpServletRequest http) {
        AccessToken verified = accessTokens.verify(sent.token());
        String user = verified.isOfService() ? null : verified.subject();
        new Actor(user, verified.clientId()).lay(http);
        Optional<Proof> proof = proofs.verify(
                sent,
                verified.keyThumbprint(),
                new HttpCall(Collections.list(http.getHeaders(HttpCall.HEADER)), http.getMethod(), uri));
        // within the limits of its grant first, so that whoever is beyond them fills no memory
        JSONObject claims = userInfo.of(verified);
        proof.ifPresent(proofs::use);
        audit.record(new UserInfoTold(Trail.of(http), user, verified.clientId(), verified.grantId()));
        return Response.ok(Json.write(claims))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static List<String> authorizations(HttpServletRequest http) {
        return Collections.list(http.getHeaders(HttpHeaders.AUTHORIZATION));
    }

    private static Parameters form(byte[] body, HttpServletRequest http) {
        return isForm(http.getContentType())
                ? Parameters.ofQuery(new String(body, StandardCharsets.UTF_8))
                : new Parameters(Map.of());
    }

    private static boolean isForm(String contentType) {
        return contentType != null
                && contentType
                        .split(";", 2)[0]
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .equals(MediaType.APPLICATION_FORM_URLENCODED);
    }
}
