package org.mcpproxy.okta;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

/**
 * Every sign-on with what it issued. A refresh token that was rotated away ends its whole sign-on when it comes back, as
 * at Okta with a grace of zero.
 */
final class OktaSignOns implements OAuth2AuthorizationService {

    private static final Map<String, Class<? extends OAuth2Token>> TYPES = Map.of(
            "code", OAuth2AuthorizationCode.class,
            "access_token", OAuth2AccessToken.class,
            "refresh_token", OAuth2RefreshToken.class,
            "id_token", OidcIdToken.class);

    private final Map<String, OAuth2Authorization> byId = new ConcurrentHashMap<>();
    /** Every token ever issued, to the sign-on that issued it. */
    private final Map<String, String> signOnOf = new ConcurrentHashMap<>();

    private final Set<String> rotatedAway = ConcurrentHashMap.newKeySet();

    @Override
    public synchronized void save(OAuth2Authorization authorization) {
        OAuth2Authorization before = byId.put(authorization.getId(), authorization);
        if (before != null && before.getRefreshToken() != null) {
            String old = before.getRefreshToken().getToken().getTokenValue();
            if (!old.equals(authorization.getRefreshToken().getToken().getTokenValue())) {
                rotatedAway.add(old);
            }
        }
        tokens(authorization).forEach(token -> signOnOf.put(token.getTokenValue(), authorization.getId()));
    }

    @Override
    public synchronized void remove(OAuth2Authorization authorization) {
        byId.remove(authorization.getId());
    }

    @Override
    public OAuth2Authorization findById(String id) {
        return byId.get(id);
    }

    /** The parameters that were pushed and are not used up, by the whole request URI. */
    Optional<Map<String, Object>> pushed(String requestUri) {
        return byId.values().stream()
                .filter(authorization -> authorization.getAttribute(OAuth2ParameterNames.STATE) instanceof String state
                        && requestUri.contains(state))
                .findFirst()
                .map(authorization -> authorization.<OAuth2AuthorizationRequest>getAttribute(
                        OAuth2AuthorizationRequest.class.getName()))
                .map(OAuth2AuthorizationRequest::getAdditionalParameters);
    }

    @Override
    public synchronized OAuth2Authorization findByToken(String token, OAuth2TokenType type) {
        if (type != null && OAuth2ParameterNames.STATE.equals(type.getValue())) {
            return byState(token);
        }
        String id = signOnOf.get(token);
        OAuth2Authorization authorization = id == null ? null : byId.get(id);
        if (authorization == null) {
            return null;
        }
        if (rotatedAway.contains(token)) {
            if (type != null && "refresh_token".equals(type.getValue())) {
                end(authorization);
            }
            return null;
        }
        OAuth2Authorization.Token<OAuth2Token> found = authorization.getToken(token);
        boolean ofType =
                found != null && (type == null || TYPES.get(type.getValue()).isInstance(found.getToken()));
        return ofType ? authorization : null;
    }

    /** What was pushed: it has issued nothing yet. */
    private OAuth2Authorization byState(String state) {
        return byId.values().stream()
                .filter(authorization -> state.equals(authorization.getAttribute(OAuth2ParameterNames.STATE)))
                .findFirst()
                .orElse(null);
    }

    /** Ends every sign-on of a user, as when an administrator clears the user's sessions. */
    synchronized void endAll(String login) {
        byId.values().stream()
                .filter(authorization -> login.equals(authorization.getPrincipalName()))
                .filter(authorization -> authorization.getRefreshToken() != null)
                .forEach(this::end);
    }

    /** All codes and tokens ever issued. */
    Set<String> issued() {
        return new LinkedHashSet<>(signOnOf.keySet());
    }

    /** The sign-on that issued this token, whether it still lives or not; or null. */
    OAuth2Authorization issuerOf(String token) {
        String id = signOnOf.get(token);
        return id == null ? null : byId.get(id);
    }

    Collection<OAuth2Authorization> all() {
        return byId.values();
    }

    private void end(OAuth2Authorization authorization) {
        save(OAuth2Authorization.from(authorization)
                .invalidate(authorization.getRefreshToken().getToken())
                .build());
    }

    private static Stream<OAuth2Token> tokens(OAuth2Authorization authorization) {
        return TYPES.values().stream()
                .<OAuth2Authorization.Token<? extends OAuth2Token>>map(authorization::getToken)
                .filter(token -> token != null)
                .map(OAuth2Authorization.Token::getToken);
    }
}
