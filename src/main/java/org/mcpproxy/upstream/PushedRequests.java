package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.PushedAuthorizationErrorResponse;
import com.nimbusds.oauth2.sdk.PushedAuthorizationRequest;
import com.nimbusds.oauth2.sdk.PushedAuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Optional;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The issuer's endpoint for pushed authorization requests (RFC 9126), where it has one. What would stand in the browser's
 * address, its history and the logs on the way is told to the issuer directly, by a client that proves who it is.
 *
 * <p>Okta has the endpoint at {@code /v1/par} beside {@code /v1/token}, names it in its metadata, and wants the same client
 * authentication at both (its reference of the OpenID Connect and OAuth 2.0 API, "Create a pushed authorization request").
 */
@ApplicationScoped
class PushedRequests {

    /** Four times what RFC 9101 5.2 wants a request URI to be at most; in characters. */
    private static final int LONGEST_URI = 2048;

    private static final Logger LOG = System.getLogger(PushedRequests.class.getName());

    private final Settings settings;
    private final ProxyCredential credential;
    private final IssuerCalls calls;

    @Inject
    PushedRequests(Settings settings, ProxyCredential credential, IssuerCalls calls) {
        this.settings = settings;
        this.credential = credential;
        this.calls = calls;
    }

    /** For CDI's proxy. */
    protected PushedRequests() {
        this(null, null, null);
    }

    /**
     * Where the browser takes the request: with {@code client_id} and {@code request_uri} alone (4) where it was pushed. A
     * push that fails is never made up for by the whole request in the browser's address: whoever can disturb the one could
     * so have a person's name and all else stand in the other.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE}, {@code OKTA_ANSWER_INVALID}, {@code OKTA_REFUSED_PROXY}, or as {@link
     *     AuthorizationErrors}
     */
    URI location(ProviderMetadata provider, AuthenticationRequest request) {
        Optional<URI> endpoint = provider.pushedRequestEndpoint()
                .filter(offered -> settings.okta().pushedRequests());
        if (endpoint.isPresent()) {
            return reference(request, pushed(endpoint.get(), request));
        }
        if (provider.requiresPushedRequests()) {
            LOG.log(
                    Level.WARNING,
                    "Okta takes pushed authorization requests alone: leave out OKTA_PUSHED_REQUESTS=off, or see that its"
                            + " metadata name the pushed_authorization_request_endpoint");
            throw Rejection.of(Reason.OKTA_REFUSED_PROXY);
        }
        return request.toURI();
    }

    private static URI reference(AuthenticationRequest request, URI requestUri) {
        return new AuthorizationRequest.Builder(requestUri, request.getClientID())
                .endpointURI(request.getEndpointURI())
                .build()
                .toURI();
    }

    /** What was pushed and then not heard of is of no use to anybody, so it may be pushed again; an assertion works once. */
    private URI pushed(URI endpoint, AuthenticationRequest request) {
        HTTPResponse response = calls.repeatable(
                IssuerCalls.Endpoint.PUSHED_REQUEST,
                () -> new PushedAuthorizationRequest(endpoint, credential.at(endpoint), request).toHTTPRequest());
        if (response.getStatusCode() == HTTPResponse.SC_CREATED) {
            return requestUri(response);
        }
        throw refused(response);
    }

    /** Of an answer with a positive {@code expires_in}, which the parser sees to (RFC 9126 2.2). */
    private static URI requestUri(HTTPResponse response) {
        try {
            URI uri = PushedAuthorizationSuccessResponse.parse(response).getRequestURI();
            if (uri.toString().isEmpty() || uri.toString().length() > LONGEST_URI) {
                throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
            }
            return uri;
        } catch (ParseException e) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
    }

    private static Rejection refused(HTTPResponse response) {
        Reason reason = response.getStatusCode() == HTTPResponse.SC_UNAUTHORIZED
                ? Reason.OKTA_REFUSED_PROXY
                : error(response).map(AuthorizationErrors::reason).orElse(Reason.OKTA_ANSWER_INVALID);
        if (reason == Reason.OKTA_REFUSED_PROXY) {
            LOG.log(
                    Level.WARNING,
                    "Okta refused this proxy''s pushed authorization request with {0}: check its OKTA_… settings",
                    error(response).filter(AuthorizationErrors::isKnown).orElse("no known error"));
        }
        return Rejection.of(reason);
    }

    /** The error code of an answer that is one (RFC 9126 2.3); a redirect or another success is none. */
    private static Optional<String> error(HTTPResponse response) {
        try {
            return response.getStatusCode() < 400
                    ? Optional.empty()
                    : Optional.ofNullable(PushedAuthorizationErrorResponse.parse(response)
                            .getErrorObject()
                            .getCode());
        } catch (ParseException e) {
            return Optional.empty();
        }
    }
}
