package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseMode;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.openid.connect.sdk.Prompt;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.signing.OpenIdTokens;

/**
 * Reads authorization requests, in two parts: who asks and where the answer goes, whose errors are displayed; and all
 * the rest, whose errors go back to the client (RFC 6749 4.1.2.1).
 */
@Singleton
public class AuthorizationRequests {

    /** A SHA-256 in base64url (RFC 7636 4.2): nothing else could ever be met, and nothing longer is kept. */
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9_-]{43}");

    /** It is kept for the time of a sign-on. */
    private static final int LONGEST_STATE = 4096;

    private final ClientLookup clients;
    private final RequestedAccess access;
    private final OpenIdTokens idTokens;

    @Inject
    public AuthorizationRequests(ClientLookup clients, Settings settings, OpenIdTokens idTokens) {
        this.clients = clients;
        this.idTokens = idTokens;
        this.access = new RequestedAccess(clients, settings);
    }

    /**
     * The client and where its answer goes.
     *
     * @throws Rejection that must be displayed, never redirected
     */
    public Redirection redirection(Parameters parameters) {
        String clientId = parameters.get("client_id", Reason.CLIENT_MISSING);
        require(parameters.find("state").orElse("").length() <= LONGEST_STATE, Reason.MALFORMED_REQUEST);
        Client client = clients.find(clientId);
        return new Redirection(client, redirectUri(parameters, client), parameters.find("state"));
    }

    /** Whether to judge the request, something of another host would be fetched for the first time. */
    public boolean isNew(Parameters parameters) {
        return parameters.find("client_id").filter(clients::isNew).isPresent();
    }

    /** May be left out where exactly one is registered (OAuth 2.1 4.1.1). */
    private static String redirectUri(Parameters parameters, Client client) {
        Optional<String> requested = parameters.find("redirect_uri");
        if (requested.isEmpty() && client.redirectUris().size() == 1) {
            return client.redirectUris().get(0);
        }
        String redirectUri = requested.orElseThrow(() -> Rejection.of(Reason.REDIRECT_URI_MISSING));
        require(client.mayBeAnsweredAt(redirectUri), Reason.REDIRECT_URI_UNREGISTERED);
        return redirectUri;
    }

    /**
     * The whole request.
     *
     * @throws Rejection that the client may be told
     */
    public ClientRequest request(Parameters parameters, Redirection redirection) {
        AuthorizationRequest request = parse(parameters);
        require(!request.specifiesRequestObject(), Reason.REQUEST_OBJECT_UNSUPPORTED);
        require(ResponseType.CODE.equals(request.getResponseType()), Reason.RESPONSE_TYPE_UNSUPPORTED);
        require(
                request.getResponseMode() == null || ResponseMode.QUERY.equals(request.getResponseMode()),
                Reason.RESPONSE_MODE_UNSUPPORTED);
        require(request.getCodeChallenge() != null, Reason.PKCE_MISSING);
        require(CodeChallengeMethod.S256.equals(request.getCodeChallengeMethod()), Reason.PKCE_METHOD_UNSUPPORTED);
        require(CHALLENGE.matcher(request.getCodeChallenge().getValue()).matches(), Reason.MALFORMED_REQUEST);
        require(
                request.getPrompt() == null || !request.getPrompt().contains(Prompt.Type.NONE),
                Reason.INTERACTION_FORBIDDEN);
        List<String> named = Optional.ofNullable(request.getResources()).orElse(List.of()).stream()
                .map(URI::toString)
                .toList();
        Resources resources = access.resources(named, redirection.client());
        Scope scope = access.scope(request.getScope(), redirection.client(), resources);
        return new ClientRequest(
                redirection.client().id(),
                redirection.redirectUri(),
                redirection.state(),
                request.getCodeChallenge().getValue(),
                scope,
                resources,
                RequestedDemands.of(parameters, request.getPrompt()),
                AskedIdentity.of(
                        parameters,
                        scope.contains(Scopes.OPENID),
                        redirection.client().id(),
                        idTokens),
                NamedKey.of(request));
    }

    private static AuthorizationRequest parse(Parameters parameters) {
        if (parameters.find("request").isPresent()) {
            throw Rejection.of(Reason.REQUEST_OBJECT_UNSUPPORTED);
        }
        if (parameters.find("request_uri").isPresent()) {
            throw Rejection.of(Reason.REQUEST_URI_UNSUPPORTED);
        }
        try {
            return AuthorizationRequest.parse(parameters.present());
        } catch (ParseException e) {
            throw Rejection.of(reason(e));
        }
    }

    private static Reason reason(ParseException e) {
        if (OAuth2Error.UNSUPPORTED_RESPONSE_TYPE.equals(e.getErrorObject())) {
            return Reason.RESPONSE_TYPE_UNSUPPORTED;
        }
        return OAuth2Error.INVALID_TARGET.equals(e.getErrorObject())
                ? Reason.RESOURCE_UNKNOWN
                : Reason.MALFORMED_REQUEST;
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }

    /**
     * Who asks and where the answer goes; both were found good.
     *
     * @param redirectUri registered by this client
     */
    public record Redirection(Client client, String redirectUri, Optional<String> state) {}
}
