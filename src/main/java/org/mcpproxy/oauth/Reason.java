package org.mcpproxy.oauth;

import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.client.RegistrationError;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationGrantError;
import com.nimbusds.oauth2.sdk.token.BearerTokenError;

/**
 * Every way in which the proxy refuses something, and the protocol error that each becomes on the wire.
 *
 * <p>This is the one table between the two: the log and the audit name the reason, the client sees the error code, the
 * HTTP status and a sentence that a person can act on. The sentences are fixed text: nothing that a stranger sent is
 * echoed in them.
 */
public enum Reason {
    // The request as such
    MALFORMED_REQUEST(OAuth2Error.INVALID_REQUEST, "The request is malformed, or a parameter is repeated."),
    REQUEST_TOO_LARGE(OAuth2Error.INVALID_REQUEST, 413, "The request is larger than this server accepts."),
    HEADERS_TOO_LARGE(
            OAuth2Error.INVALID_REQUEST, 431, "The request's header fields are larger than this server accepts."),
    REQUEST_INCOMPLETE(OAuth2Error.INVALID_REQUEST, 408, "The request broke off, or its body did not come in time."),
    ADDRESS_UNKNOWN(OAuth2Error.INVALID_REQUEST, 404, "There is nothing at this address."),
    HTTP_METHOD_UNSUPPORTED(OAuth2Error.INVALID_REQUEST, 405, "This endpoint does not know this HTTP method."),
    ANSWER_TYPE_UNSUPPORTED(
            OAuth2Error.INVALID_REQUEST, 406, "This address has no answer in a form that the request accepts."),
    BODY_TYPE_UNSUPPORTED(OAuth2Error.INVALID_REQUEST, 415, "This address does not take a body of this type."),
    TOO_MANY_REQUESTS(
            OAuth2Error.TEMPORARILY_UNAVAILABLE,
            429,
            "Too many requests came from this address. Wait, then try again."),
    CALLER_TOO_BUSY(
            OAuth2Error.TEMPORARILY_UNAVAILABLE,
            429,
            "This user has too many requests or sessions open, or sent too many in a minute. Wait, or end some, then try again."),
    SERVER_FULL(
            OAuth2Error.TEMPORARILY_UNAVAILABLE, 503, "The server holds as many of these as it can. Try again later."),
    BACKEND_FULL(
            OAuth2Error.TEMPORARILY_UNAVAILABLE,
            503,
            "This MCP server has as many requests or sessions as it may have at once. Try again later."),
    STORE_UNAVAILABLE(
            OAuth2Error.TEMPORARILY_UNAVAILABLE,
            503,
            "This server's store does not answer at the moment. Try again in a short while."),
    SECRET_KEY_UNKNOWN(
            OAuth2Error.SERVER_ERROR,
            503,
            "What was kept for this request was sealed with another SESSION_SECRET_KEY. An administrator must list that"
                    + " key in SESSION_SECRET_KEY_PREVIOUS."),
    INTERNAL_ERROR(OAuth2Error.SERVER_ERROR, "The server failed. The request id leads to the cause in its log."),

    // Clients
    CLIENT_MISSING(OAuth2Error.INVALID_REQUEST, "The client_id parameter is missing."),
    CLIENT_UNKNOWN(
            OAuth2Error.INVALID_CLIENT,
            "This client is not registered here, or no longer. Remove its stored registration and connect again."),
    CLIENT_AUTHENTICATION_MISSING(OAuth2Error.INVALID_CLIENT, "The client must authenticate, and did not."),
    CLIENT_AUTHENTICATION_METHOD(
            OAuth2Error.INVALID_CLIENT, "The client must authenticate with the method it was registered with."),
    CLIENT_SECRET_WRONG(OAuth2Error.INVALID_CLIENT, "The client authentication failed."),
    CLIENT_ASSERTION_INVALID(
            OAuth2Error.INVALID_CLIENT,
            "The client's assertion is not acceptable: see its signature, issuer, subject, audience and times."),
    CLIENT_ASSERTION_REPLAYED(OAuth2Error.INVALID_CLIENT, "The client's assertion was used before. Sign a new one."),
    CLIENT_DOCUMENTS_OFF(
            OAuth2Error.INVALID_CLIENT,
            "This server does not take client metadata documents. Register the client instead."),
    CLIENT_DOCUMENT_URL_UNACCEPTABLE(
            OAuth2Error.INVALID_CLIENT,
            "The client_id is not an acceptable URL of a metadata document: https, a host name, a path without dot"
                    + " segments, no user information and no fragment."),
    CLIENT_DOCUMENT_HOST_DENIED(
            OAuth2Error.INVALID_CLIENT,
            "Client metadata documents of this host are not accepted here. Ask your administrator."),
    CLIENT_DOCUMENT_HOST_PRIVATE(
            OAuth2Error.INVALID_CLIENT,
            "The host of the client's metadata document is not on the public network. Ask your administrator."),
    CLIENT_DOCUMENT_UNAVAILABLE(
            OAuth2Error.TEMPORARILY_UNAVAILABLE,
            503,
            "The client's metadata document could not be fetched. Try again in a short while."),
    CLIENT_DOCUMENT_INVALID(
            OAuth2Error.INVALID_CLIENT,
            "The client's metadata document is not acceptable. The application's maker must mend it."),
    CLIENT_DOCUMENT_WITHDRAWN(
            OAuth2Error.INVALID_CLIENT,
            "There is no client metadata document, or no key, at the client's address any more."),
    CLIENT_METADATA_INVALID(RegistrationError.INVALID_CLIENT_METADATA, "The client metadata is not acceptable."),
    PUSHED_REQUESTS_ALONE_UNSUPPORTED(
            RegistrationError.INVALID_CLIENT_METADATA,
            "require_pushed_authorization_requests is not supported: a client that pushes its requests need not say so."),
    CLIENT_NAME_TOO_LONG(
            RegistrationError.INVALID_CLIENT_METADATA, "The client_name is too long: it may have 200 characters."),
    REDIRECT_URIS_TOO_LONG(
            RegistrationError.INVALID_REDIRECT_URI,
            "There are too many redirect URIs, or they are too long: there may be 16, of 4096 characters together."),
    REDIRECT_URI_UNACCEPTABLE(
            RegistrationError.INVALID_REDIRECT_URI,
            "A redirect URI must be https, http on a loopback address, or use a private-use scheme that is allowed here;"
                    + " it must have no fragment and no user information."),
    REDIRECT_HOST_DENIED(
            RegistrationError.INVALID_REDIRECT_URI,
            "A redirect URI leads to a host that is not accepted here. Ask your administrator."),
    REDIRECT_URI_MISSING(OAuth2Error.INVALID_REQUEST, "The redirect_uri parameter is missing."),
    REDIRECT_URI_UNREGISTERED(OAuth2Error.INVALID_REQUEST, "The redirect URI is not one that this client registered."),

    // Proofs of possession, at the token endpoint and at protected resources
    PROOF_MISSING(
            OAuth2Error.INVALID_DPOP_PROOF, "A DPoP proof is needed here: sign one, and send it in the DPoP header."),
    PROOF_MALFORMED(
            OAuth2Error.INVALID_DPOP_PROOF,
            "The DPoP header must be there once, and be one DPoP proof of at most 4096 characters: a JWT of type dpop+jwt with"
                    + " a supported algorithm, its public key, jti, htm, htu and iat."),
    PROOF_KEY_UNACCEPTABLE(
            OAuth2Error.INVALID_DPOP_PROOF,
            "The RSA key of a DPoP proof must have 2048 to 4096 bits and a short exponent."),
    PROOF_SIGNATURE_WRONG(OAuth2Error.INVALID_DPOP_PROOF, "The DPoP proof's signature is not valid."),
    PROOF_OF_OTHER_REQUEST(
            OAuth2Error.INVALID_DPOP_PROOF, "The DPoP proof is for another request: see its htm and htu."),
    PROOF_NONCE_NEEDED(
            OAuth2Error.USE_DPOP_NONCE,
            400,
            "The DPoP proof must have the nonce of this answer's DPoP-Nonce header. Sign it anew."),
    PROOF_TIME_WRONG(
            OAuth2Error.INVALID_DPOP_PROOF,
            "The DPoP proof is of another time: see its iat, and the computer's clock."),
    PROOF_OF_OTHER_TOKEN(OAuth2Error.INVALID_DPOP_PROOF, "The DPoP proof is for another access token: see its ath."),
    PROOF_REPLAYED(OAuth2Error.INVALID_DPOP_PROOF, "The DPoP proof was used before. Sign a new one for each request."),
    PROOF_KEY_NOT_AS_NAMED(
            OAuth2Error.INVALID_DPOP_PROOF,
            "The DPoP proof was signed with another key than the one that dpop_jkt names."),
    PROOF_OF_OTHER_KEY(
            OAuth2Error.INVALID_GRANT,
            "What was presented is bound to another DPoP key than the one that signed the proof."),

    // Registration
    REGISTRATION_CLOSED(
            OAuth2Error.INVALID_REQUEST, 404, "Clients cannot register here. Ask your administrator how to connect."),
    INITIAL_TOKEN_MISSING(
            BearerTokenError.MISSING_TOKEN,
            401,
            "To register a client here takes an initial access token. Ask your administrator."),
    INITIAL_TOKEN_WRONG(BearerTokenError.INVALID_TOKEN, "The initial access token is not one that is accepted here."),
    REGISTRATION_TOKEN_MISSING(BearerTokenError.MISSING_TOKEN, 401, "A registration access token is required."),
    REGISTRATION_TOKEN_WRONG(
            BearerTokenError.INVALID_TOKEN,
            "The registration access token is not the newest one of this client, or there is no such client."),
    UPDATE_OF_OTHER_CLIENT(
            RegistrationError.INVALID_CLIENT_METADATA, "The client_id must be there, and be that of this client."),
    UPDATE_MEMBER_UNACCEPTABLE(
            RegistrationError.INVALID_CLIENT_METADATA,
            "An update must not hold registration_access_token, registration_client_uri, client_secret_expires_at or"
                    + " client_id_issued_at."),
    UPDATE_SECRET_WRONG(
            RegistrationError.INVALID_CLIENT_METADATA,
            "The client_secret must be the one that this client has, or be left out: a client cannot choose it."),

    // Metrics
    METRICS_TOKEN_MISSING(
            BearerTokenError.MISSING_TOKEN, 401, "The metrics are for whoever bears a METRICS_TOKEN of this server."),
    METRICS_TOKEN_WRONG(BearerTokenError.INVALID_TOKEN, "The token is no METRICS_TOKEN of this server."),

    // Authorization requests
    RESPONSE_TYPE_UNSUPPORTED(OAuth2Error.UNSUPPORTED_RESPONSE_TYPE, "Only response_type=code is supported."),
    RESPONSE_MODE_UNSUPPORTED(OAuth2Error.INVALID_REQUEST, "Only response_mode=query is supported."),
    REQUEST_OBJECT_UNSUPPORTED(OAuth2Error.REQUEST_NOT_SUPPORTED, 400, "Request objects are not supported."),
    REQUEST_URI_UNSUPPORTED(
            OAuth2Error.REQUEST_URI_NOT_SUPPORTED,
            400,
            "A request_uri must be one that this server gave for a pushed request."),
    REQUEST_URI_UNKNOWN(
            OAuth2Error.INVALID_REQUEST_URI,
            400,
            "This request was used or has expired. Go back to your application and connect again."),
    PKCE_MISSING(OAuth2Error.INVALID_REQUEST, "PKCE is required: send code_challenge and code_challenge_method=S256."),
    PKCE_METHOD_UNSUPPORTED(OAuth2Error.INVALID_REQUEST, "The code_challenge_method must be S256."),
    SCOPE_UNKNOWN(OAuth2Error.INVALID_SCOPE, "A requested scope is not offered here; see scopes_supported."),
    RESOURCE_UNKNOWN(OAuth2Error.INVALID_TARGET, "The requested resource is not one that this server protects."),
    RESOURCES_TOO_MANY(OAuth2Error.INVALID_TARGET, "The request names more than 20 resources."),
    RESOURCE_NOT_FOR_CLIENT(
            OAuth2Error.INVALID_TARGET, "This client may not ask for this resource. Ask your administrator."),
    CONSENT_DENIED(OAuth2Error.ACCESS_DENIED, "The user denied the request."),
    INTERACTION_FORBIDDEN(
            new ErrorObject("login_required", null, 400),
            "The request forbids interaction (prompt=none), but nobody is signed on here without it."),
    ID_TOKEN_HINT_INVALID(
            OAuth2Error.INVALID_REQUEST, "The id_token_hint is no ID token that this server gave to this client."),

    // The browser's part of a sign-on
    SIGN_ON_UNKNOWN(
            OAuth2Error.INVALID_REQUEST,
            "This sign-on is unknown, finished or expired. Go back to your application and connect again."),
    SIGN_ON_OTHER_BROWSER(
            OAuth2Error.INVALID_REQUEST,
            "This sign-on was begun in another browser. Go back to your application and connect again."),
    SIGN_ON_STEP_WRONG(
            OAuth2Error.INVALID_REQUEST,
            "This step of the sign-on is not the one that comes next. Go back to your application and connect again."),
    CSRF_VALUE_WRONG(
            OAuth2Error.INVALID_REQUEST,
            403,
            "The form was not sent from this server's own page. Open the page again."),

    USER_CODE_UNKNOWN(
            OAuth2Error.INVALID_REQUEST,
            "This code is not known here, or its time is over. Compare it with what your device shows, or start again"
                    + " there."),
    DEVICE_SIGN_ON_OVER(
            OAuth2Error.INVALID_REQUEST,
            "The code of this sign-on was used meanwhile, or its time is over. Start again on your device."),

    // Okta's part of a sign-on
    OKTA_DENIED(OAuth2Error.ACCESS_DENIED, "Okta refused the sign-on. Ask your administrator for access."),
    OKTA_ANSWER_INVALID(OAuth2Error.SERVER_ERROR, "Okta's answer could not be accepted."),
    OKTA_REFUSED_PROXY(
            OAuth2Error.SERVER_ERROR, "Okta refused this proxy's request. An administrator must check its settings."),
    OKTA_UNAVAILABLE(
            OAuth2Error.TEMPORARILY_UNAVAILABLE,
            503,
            "Okta does not answer at the moment. Try again in a short while."),
    AUTHENTICATION_TOO_OLD(
            new ErrorObject("login_required", null, 400),
            "The application wants you to sign on anew, and Okta did not ask you to. Sign out at Okta, and connect again."),
    AUTHENTICATION_CLASS_UNMET(
            new ErrorObject("unmet_authentication_requirements", null, 400),
            "The application wants you to sign on in a way in which Okta did not let you. Ask your administrator."),
    USER_NOT_AS_HINTED(
            new ErrorObject("login_required", null, 400),
            "Another user signed on than the application expects. Sign out at Okta, and connect again."),
    ID_TOKEN_INVALID(OAuth2Error.SERVER_ERROR, "The ID token that Okta issued could not be accepted."),
    USER_IS_CLIENT(
            OAuth2Error.ACCESS_DENIED,
            403,
            "Okta's id of this user is the client_id of a program here. An administrator must rename that."),
    USER_INFO_MISMATCH(OAuth2Error.SERVER_ERROR, "Okta's UserInfo answer speaks of another user."),

    // Token requests
    GRANT_TYPE_MISSING(OAuth2Error.INVALID_REQUEST, "The grant_type parameter is missing."),
    GRANT_TYPE_UNSUPPORTED(OAuth2Error.UNSUPPORTED_GRANT_TYPE, "This grant type is not offered here."),
    GRANT_TYPE_UNREGISTERED(OAuth2Error.UNAUTHORIZED_CLIENT, "This client is not registered for this grant type."),
    CODE_MISSING(OAuth2Error.INVALID_REQUEST, "The code parameter is missing."),
    CODE_UNKNOWN(OAuth2Error.INVALID_GRANT, "The authorization code is unknown or expired."),
    CODE_REPLAYED(
            OAuth2Error.INVALID_GRANT, "The authorization code was used before; what it granted has been revoked."),
    CODE_OF_OTHER_CLIENT(OAuth2Error.INVALID_GRANT, "The authorization code was issued to another client."),
    CODE_REDIRECT_URI_MISMATCH(
            OAuth2Error.INVALID_GRANT, "The redirect URI is not the one of the authorization request."),
    VERIFIER_MISSING(OAuth2Error.INVALID_GRANT, "The code_verifier parameter is missing."),
    VERIFIER_WRONG(OAuth2Error.INVALID_GRANT, "The code verifier does not match the code challenge."),
    DEVICE_CODE_MISSING(OAuth2Error.INVALID_REQUEST, "The device_code parameter is missing."),
    DEVICE_CODE_UNKNOWN(OAuth2Error.INVALID_GRANT, "The device code is unknown."),
    DEVICE_CODE_OF_OTHER_CLIENT(OAuth2Error.INVALID_GRANT, "The device code was issued to another client."),
    DEVICE_CODE_REPLAYED(
            OAuth2Error.INVALID_GRANT, "The device code was used before; what it granted has been revoked."),
    DEVICE_CODE_EXPIRED(
            DeviceAuthorizationGrantError.EXPIRED_TOKEN, "The device code has expired. Begin the sign-on again."),
    DEVICE_DENIED(OAuth2Error.ACCESS_DENIED, 400, "The user denied the request."),
    AUTHORIZATION_PENDING(
            DeviceAuthorizationGrantError.AUTHORIZATION_PENDING, "The user has not decided yet. Ask again later."),
    POLLED_TOO_SOON(
            DeviceAuthorizationGrantError.SLOW_DOWN,
            "This came too soon. From now on, wait 5 seconds longer each time."),
    RESOURCE_NEEDS_USER(
            OAuth2Error.INVALID_TARGET,
            "The MCP server at this resource is called with its user's own token of Okta. A client has none for itself."),
    RESOURCE_MISMATCH(OAuth2Error.INVALID_TARGET, "The resource is not one that was granted."),
    RESOURCE_AMBIGUOUS(
            OAuth2Error.INVALID_TARGET,
            "An access token is for one resource: name the one that it is to be for, in the resource parameter."),
    SCOPE_EXCEEDS_GRANT(OAuth2Error.INVALID_SCOPE, "A requested scope was not granted."),
    REFRESH_TOKEN_MISSING(OAuth2Error.INVALID_REQUEST, "The refresh_token parameter is missing."),
    REFRESH_TOKEN_UNKNOWN(OAuth2Error.INVALID_GRANT, "The refresh token is unknown or expired."),
    REFRESH_TOKEN_REUSED(
            OAuth2Error.INVALID_GRANT, "The refresh token was used before; what it granted has been revoked."),
    REFRESH_TOKEN_OF_OTHER_CLIENT(OAuth2Error.INVALID_GRANT, "The refresh token was issued to another client."),
    CLIENT_CUT_BACK(
            OAuth2Error.INVALID_GRANT,
            "An administrator no longer lets this client have what was granted. Connect again, and ask for less."),
    GRANT_ENDED(OAuth2Error.INVALID_GRANT, "The grant has ended. Sign on again."),
    OKTA_SESSION_ENDED(OAuth2Error.INVALID_GRANT, "Okta has ended the session behind this grant. Sign on again."),
    ID_JAG_MISSING(
            OAuth2Error.INVALID_REQUEST, "The assertion parameter is missing: it holds the ID-JAG that Okta gave."),
    ID_JAG_MALFORMED(
            OAuth2Error.INVALID_GRANT,
            "The assertion is no ID-JAG: a JWT of at most 16384 characters, of type oauth-id-jag+jwt, with iss, sub, aud,"
                    + " client_id, resource, jti, iat and exp."),
    ID_JAG_ISSUER_WRONG(OAuth2Error.INVALID_GRANT, "The ID-JAG is from another issuer than this server's Okta org."),
    ID_JAG_AUDIENCE_WRONG(
            OAuth2Error.INVALID_GRANT, "The ID-JAG is for another server: its aud must be this server's issuer alone."),
    ID_JAG_OF_OTHER_CLIENT(
            OAuth2Error.INVALID_GRANT,
            "The ID-JAG is for another client: its client_id must be the one by which this client authenticates here."),
    ID_JAG_EXPIRED(OAuth2Error.INVALID_GRANT, "The ID-JAG has expired. Get a new one from Okta."),
    ID_JAG_TIME_WRONG(
            OAuth2Error.INVALID_GRANT,
            "The ID-JAG is of a time to come, or lives for longer than an hour: see its iat, nbf and exp."),
    ID_JAG_CLAIM_UNSUPPORTED(
            OAuth2Error.INVALID_GRANT,
            "The ID-JAG has a claim that narrows it in a way that is not understood here: tenant, aud_tenant, act,"
                    + " authorization_details, or a cnf without jkt."),
    ID_JAG_SIGNATURE_WRONG(OAuth2Error.INVALID_GRANT, "The ID-JAG's signature is not valid."),
    ID_JAG_NEEDS_KEY(
            OAuth2Error.INVALID_GRANT, "The ID-JAG is bound to a DPoP key: send a proof that is signed with it."),
    ID_JAG_REPLAYED(OAuth2Error.INVALID_GRANT, "The ID-JAG was used before. Get a new one from Okta for each token."),
    ID_JAG_SUBJECT_IS_CLIENT(
            OAuth2Error.INVALID_GRANT,
            "The sub of the ID-JAG is the client_id of a program here. An administrator must rename that."),
    RESOURCE_NEEDS_SESSION(
            OAuth2Error.INVALID_TARGET,
            "Okta's word for this user is not for this MCP server, or the server is called with the user's own token of Okta,"
                    + " which comes with a sign-on alone. Let the user sign on."),
    SUBJECT_TOKEN_MISSING(OAuth2Error.INVALID_REQUEST, "The subject_token parameter is missing."),
    SUBJECT_TOKEN_TYPE_MISSING(OAuth2Error.INVALID_REQUEST, "The subject_token_type parameter is missing."),
    SUBJECT_TOKEN_TYPE_UNSUPPORTED(
            OAuth2Error.INVALID_REQUEST,
            "The subject_token_type must be urn:ietf:params:oauth:token-type:access_token."),
    SUBJECT_TOKEN_INVALID(
            OAuth2Error.INVALID_REQUEST,
            "The subject_token must be an access token that this server gave for a user, and that is still good."),
    SUBJECT_TOKEN_NOT_FOR_CLIENT(
            OAuth2Error.INVALID_REQUEST,
            "The subject_token was issued neither to this client nor for an MCP server that it is."),
    REQUESTED_TOKEN_TYPE_UNSUPPORTED(
            OAuth2Error.INVALID_REQUEST,
            "The requested_token_type must be urn:ietf:params:oauth:token-type:access_token."),
    ACTOR_TOKEN_UNSUPPORTED(
            OAuth2Error.INVALID_REQUEST, "An actor_token is not taken: the client that authenticates is the actor."),
    ACTORS_TOO_MANY(OAuth2Error.INVALID_REQUEST, "The subject_token was handed on too often."),
    EXCHANGED_TOKEN_NOT_REVOCABLE(
            new ErrorObject("unsupported_token_type", null, 400),
            "A token that was exchanged ends by itself within minutes, or with the grant that it rests on."),
    TOKEN_PARAMETER_MISSING(OAuth2Error.INVALID_REQUEST, "The token parameter is missing."),
    INTROSPECTION_FORBIDDEN(OAuth2Error.ACCESS_DENIED, 403, "This client may not ask about tokens."),
    TOKEN_OF_OTHER_CLIENT(OAuth2Error.INVALID_GRANT, "The token was issued to another client."),

    // Protected resources
    TOKEN_MISSING(BearerTokenError.MISSING_TOKEN, 401, "An access token is required."),
    TOKEN_IN_QUERY(
            BearerTokenError.INVALID_REQUEST, "An access token in the query string is refused; send it as a header."),
    TOKEN_SENT_TWICE(
            BearerTokenError.INVALID_REQUEST, "The access token came in more than one way; send it as a header alone."),
    TOKEN_MALFORMED(BearerTokenError.INVALID_TOKEN, "The access token is malformed."),
    TOKEN_SIGNATURE_WRONG(BearerTokenError.INVALID_TOKEN, "The access token's signature is not valid."),
    TOKEN_EXPIRED(BearerTokenError.INVALID_TOKEN, "The access token has expired."),
    TOKEN_ISSUER_WRONG(BearerTokenError.INVALID_TOKEN, "The access token is from another issuer."),
    TOKEN_AUDIENCE_WRONG(BearerTokenError.INVALID_TOKEN, "The access token is for another resource."),
    TOKEN_OF_PROXY(
            BearerTokenError.INVALID_TOKEN,
            "The access token is one that Okta issued to this proxy itself, which no client may have."),
    OKTA_TOKEN_BOUND(
            BearerTokenError.INVALID_TOKEN,
            "The access token is bound to a DPoP key, which Okta's are not taken with here. Let Okta issue a bearer token."),
    TOKEN_REVOKED(BearerTokenError.INVALID_TOKEN, "The access token has been revoked."),
    TOKEN_SCHEME_WRONG(
            BearerTokenError.INVALID_TOKEN,
            "An access token that is bound to a DPoP key is sent with the scheme DPoP and a proof, every other one with Bearer."),
    TOKEN_OF_OTHER_KEY(
            BearerTokenError.INVALID_TOKEN,
            "The access token is bound to another DPoP key than the one that signed the proof."),
    SCOPE_INSUFFICIENT(BearerTokenError.INSUFFICIENT_SCOPE, "The access token lacks a scope that is needed here."),
    AUTHENTICATION_INSUFFICIENT(
            new ErrorObject("insufficient_user_authentication", null, 401),
            "This needs a sign-on that is more recent, or of another kind, than the one behind this access token. Sign on again."),
    POLICY_KEEPS_OUT(
            OAuth2Error.ACCESS_DENIED,
            403,
            "You are in none of the groups that may use this MCP server. Ask your administrator."),
    POLICY_FORBIDS(
            OAuth2Error.ACCESS_DENIED, 403, "You may not use this tool, resource or prompt. Ask your administrator."),
    POLICY_CANNOT_READ(
            OAuth2Error.SERVER_ERROR,
            502,
            "The MCP server's answer could not be held against the policy: it is compressed, too large or malformed,"
                    + " or began before there were rules for it."),
    ORIGIN_FOREIGN(
            OAuth2Error.ACCESS_DENIED, 403, "Requests from this browser origin are not accepted; see CORS_ORIGINS."),
    HOST_FOREIGN(
            OAuth2Error.INVALID_REQUEST, 421, "This server does not answer for this host name; see ALLOWED_HOSTS."),

    NODE_PASS_INVALID(
            BearerTokenError.INVALID_TOKEN, 401, "What another node of this server handed on could not be accepted."),

    // The relay
    EXCHANGE_DENIED(
            OAuth2Error.ACCESS_DENIED,
            403,
            "Okta does not give this user a token for the MCP server. Connect again, or ask your administrator for access."),
    EXCHANGE_REFUSED(
            OAuth2Error.SERVER_ERROR,
            502,
            "Okta refused this proxy's request for a token for the MCP server. An administrator must check its settings."),
    USER_NEEDED(
            OAuth2Error.ACCESS_DENIED,
            403,
            "This MCP server is called with its user's own token of Okta. A client has none for itself."),
    SESSION_MISSING(
            OAuth2Error.INVALID_REQUEST,
            "This MCP server needs a session. Initialize first, and send the Mcp-Session-Id of the answer."),
    SESSION_UNKNOWN(OAuth2Error.INVALID_REQUEST, 404, "The MCP session is unknown or has ended. Initialize again."),
    MESSAGE_MALFORMED(OAuth2Error.INVALID_REQUEST, "The body is not one well-formed JSON-RPC message."),
    MESSAGE_NOT_JSON(OAuth2Error.INVALID_REQUEST, "The body is not JSON in UTF-8."),
    MESSAGE_BATCH(OAuth2Error.INVALID_REQUEST, "This protocol version does not allow JSON-RPC batches."),
    HEADER_MISMATCH(OAuth2Error.INVALID_REQUEST, "A header does not agree with the body of the message."),
    BACKEND_UNAVAILABLE(OAuth2Error.SERVER_ERROR, 502, "The MCP server behind this proxy does not answer."),
    BACKEND_DOWN(
            OAuth2Error.TEMPORARILY_UNAVAILABLE,
            503,
            "The MCP server behind this proxy ended soon after its start, and is tried again later."),
    BACKEND_TLS_FAILED(
            OAuth2Error.SERVER_ERROR,
            502,
            "No secure connection to the MCP server behind this proxy: one of the two does not trust the other's"
                    + " certificate. An administrator must check its settings."),
    BACKEND_TIMEOUT(OAuth2Error.SERVER_ERROR, 504, "The MCP server behind this proxy did not answer in time."),
    BACKEND_BROKE_OFF(OAuth2Error.SERVER_ERROR, 502, "The MCP server behind this proxy broke its answer off."),
    ANSWER_UNREAD(
            OAuth2Error.SERVER_ERROR,
            502,
            "The MCP server has answered, but too much of what it said waits already for this user's clients, or for all, to"
                    + " read it."),
    ANSWER_TIMEOUT(
            OAuth2Error.SERVER_ERROR,
            504,
            "The answer was silent, or took in all, for longer than this server allows."),
    CLIENT_GONE(OAuth2Error.INVALID_REQUEST, 499, "The client closed the connection, and so cancelled the request."),
    BACKEND_REFUSED_PROXY(
            OAuth2Error.SERVER_ERROR,
            502,
            "The MCP server behind this proxy refused the proxy's credentials. An administrator must check its settings."),
    BACKEND_ANSWER_INVALID(
            OAuth2Error.SERVER_ERROR, 502, "The MCP server behind this proxy sent an answer that cannot be relayed.");

    private final ErrorObject error;

    Reason(ErrorObject error, String sentence) {
        this(error, error.getHTTPStatusCode(), sentence);
    }

    Reason(ErrorObject error, int status, String sentence) {
        this.error = new ErrorObject(error.getCode(), sentence, status);
    }

    /** The protocol's error: its code, the HTTP status and the sentence for a person. */
    public ErrorObject error() {
        return error;
    }

    /** The sentence for a person. */
    public String sentence() {
        return error.getDescription();
    }

    /** The HTTP status of a direct answer; an error that goes back by redirect has none. */
    public int status() {
        return error.getHTTPStatusCode();
    }
}
