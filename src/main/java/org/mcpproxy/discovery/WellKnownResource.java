package org.mcpproxy.discovery;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.signing.SigningKeys;
import org.mcpproxy.upstream.IdentityProvider;

/** The documents under {@code /.well-known}. */
@Path("")
@Produces(MediaType.APPLICATION_JSON)
public class WellKnownResource {

    private static final int MAX_AGE_SECONDS = Math.toIntExact(SigningKeys.MAX_AGE.toSeconds());

    private final AuthorizationServer authorizationServer;
    private final Settings settings;
    private final IdentityProvider okta;
    private final SigningKeys keys;

    @Inject
    public WellKnownResource(
            AuthorizationServer authorizationServer, Settings settings, IdentityProvider okta, SigningKeys keys) {
        this.authorizationServer = authorizationServer;
        this.settings = settings;
        this.okta = okta;
        this.keys = keys;
    }

    @GET
    @Path("oauth-authorization-server")
    public Response authorizationServer() {
        return document(authorizationServer.metadata());
    }

    @GET
    @Path("openid-configuration")
    public Response openIdConfiguration() {
        return document(authorizationServer.metadata());
    }

    @GET
    @Path("jwks.json")
    public Response keys() {
        return document(keys.published().toString(true));
    }

    /** The root document describes the default resource. */
    @GET
    @Path("oauth-protected-resource")
    public Response protectedResource() {
        return protectedResource(Backends.DEFAULT_PATH);
    }

    @GET
    @Path("oauth-protected-resource{path: (/[a-z0-9-]+)?/mcp}")
    public Response protectedResource(@PathParam("path") String path) {
        Backend backend = settings.backends().at(path).orElseThrow(NotFoundException::new);
        return document(ProtectedResource.ours(
                        settings.at(path), settings.issuer(), backend.name(), settings.policyScopes(backend))
                .metadata());
    }

    @GET
    @Path("oauth-protected-resource/okta/mcp")
    public Response oktaProtectedResource() {
        if (settings.okta().audience().isEmpty()) {
            throw new NotFoundException();
        }
        return document(ProtectedResource.okta(
                        settings.oktaMcpResource(),
                        okta.issuer(),
                        settings.backends()
                                .standard()
                                .map(settings::policyScopes)
                                .orElseGet(Scope::new))
                .metadata());
    }

    private static Response document(String json) {
        CacheControl cache = new CacheControl();
        cache.setMaxAge(MAX_AGE_SECONDS);
        cache.setNoTransform(false);
        return Response.ok(json).cacheControl(cache).build();
    }
}
