package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The issuer's metadata (OpenID Connect Discovery 4), loaded in the background. The last good document stays in use
 * until a newer good one has loaded.
 */
@ApplicationScoped
class Discovery {

    private static final String WELL_KNOWN = "/.well-known/openid-configuration";
    private static final Duration NOT_YET = Duration.ofSeconds(5);

    private final URI issuer;
    private final IssuerCalls.Endpoint endpoint;
    private final IssuerCalls calls;
    private volatile ProviderMetadata current;

    @Inject
    Discovery(Settings settings, IssuerCalls calls) {
        this(settings.okta().issuer(), IssuerCalls.Endpoint.DISCOVERY, calls);
    }

    /** Of another issuer, which whoever makes this has to load. */
    Discovery(URI issuer, IssuerCalls.Endpoint endpoint, IssuerCalls calls) {
        this.issuer = issuer;
        this.endpoint = endpoint;
        this.calls = calls;
    }

    /** For CDI's proxy. */
    protected Discovery() {
        this.issuer = null;
        this.endpoint = null;
        this.calls = null;
    }

    /** @throws Rejection {@code OKTA_UNAVAILABLE} while none has loaded */
    ProviderMetadata current() {
        return Optional.ofNullable(current).orElseThrow(() -> Rejection.until(Reason.OKTA_UNAVAILABLE, NOT_YET));
    }

    /** @throws Rejection {@code OKTA_UNAVAILABLE} or {@code OKTA_ANSWER_INVALID}; the last good document stays */
    void load() {
        current = loaded(issuer);
    }

    /** What another issuer says of itself now; for the same reasons not to be had. */
    ProviderMetadata loaded(URI issuer) {
        HTTPRequest request = new HTTPRequest(HTTPRequest.Method.GET, URI.create(issuer + WELL_KNOWN));
        HTTPResponse response = calls.once(endpoint, request);
        if (response.getStatusCode() != 200 || response.getBody() == null) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        return ProviderMetadata.parse(issuer, response.getBody());
    }
}
