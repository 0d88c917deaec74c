package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.OAuth2Error;
import java.util.Set;
import org.mcpproxy.oauth.Reason;

/**
 * What the issuer's error codes mean for an authorization request, whether the browser brings them (RFC 6749 4.1.2.1, OpenID
 * Connect Core 3.1.2.6, RFC 9470 5) or the endpoint for pushed requests answers so (RFC 9126 2.3).
 */
public final class AuthorizationErrors {

    /** Beside those of the token endpoint. */
    private static final Set<String> KNOWN = Set.of(
            OAuth2Error.UNSUPPORTED_RESPONSE_TYPE.getCode(),
            OAuth2Error.INVALID_REQUEST_URI.getCode(),
            OAuth2Error.INVALID_REQUEST_OBJECT.getCode());

    private AuthorizationErrors() {}

    public static Reason reason(String error) {
        return switch (error) {
            case "access_denied", "login_required", "consent_required", "interaction_required" -> Reason.OKTA_DENIED;
            case "unmet_authentication_requirements" -> Reason.AUTHENTICATION_CLASS_UNMET;
            case "temporarily_unavailable", "server_error" -> Reason.OKTA_UNAVAILABLE;
            default -> Reason.OKTA_REFUSED_PROXY;
        };
    }

    /** Whether the code may be written down as it is; anything else could be anything. */
    static boolean isKnown(String error) {
        return TokenEndpoint.KNOWN_ERRORS.contains(error) || KNOWN.contains(error);
    }
}
