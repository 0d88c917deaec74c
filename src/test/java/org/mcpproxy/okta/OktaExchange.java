package org.mcpproxy.okta;

import java.util.Set;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenExchangeAuthenticationToken;

/**
 * Okta's On-Behalf-Of Token Exchange: for one audience, and for custom scopes, which must be named. The rest is the
 * framework's: the application must have the grant type, and the subject token must be of this org, a person's, and alive.
 */
final class OktaExchange implements AuthenticationProvider {

    static final String AUDIENCE = "api://files";
    static final Set<String> SCOPES = Set.of("files.read", "files.write");

    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private final AuthenticationProvider framework;

    OktaExchange(AuthenticationProvider framework) {
        this.framework = framework;
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        OAuth2TokenExchangeAuthenticationToken request = (OAuth2TokenExchangeAuthenticationToken) authentication;
        if (!ACCESS_TOKEN.equals(request.getSubjectTokenType())
                || !ACCESS_TOKEN.equals(request.getRequestedTokenType())
                || request.getActorToken() != null
                || !request.getResources().isEmpty()) {
            throw new OAuth2AuthenticationException("invalid_request");
        }
        if (!Set.of(AUDIENCE).equals(request.getAudiences())) {
            throw new OAuth2AuthenticationException("invalid_target");
        }
        if (request.getScopes().isEmpty()) {
            throw new OAuth2AuthenticationException("invalid_scope");
        }
        return framework.authenticate(authentication);
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return framework.supports(authentication);
    }
}
