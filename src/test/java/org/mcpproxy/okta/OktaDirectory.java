package org.mcpproxy.okta;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;

/** The org's people, and what each scope tells of them. */
final class OktaDirectory implements UserDetailsService {

    private final OktaOptions options;
    private final Faults faults;

    OktaDirectory(OktaOptions options, Faults faults) {
        this.options = options;
        this.faults = faults;
    }

    OktaUser user(String login) {
        return options.users().stream()
                .filter(user -> user.login().equals(login))
                .findFirst()
                .orElseThrow(() -> new UsernameNotFoundException(login));
    }

    @Override
    public UserDetails loadUserByUsername(String login) {
        return new User(login, user(login).password(), List.of());
    }

    Map<String, Object> idTokenClaims(OktaUser user, Set<String> scopes) {
        if (faults.has(TokenFault.THIN_ID_TOKEN)) {
            return new LinkedHashMap<>();
        }
        Map<String, Object> claims = profile(user, scopes);
        // A custom server's groups claim is one that the administrator adds to the ID token, whatever the scopes.
        if (!options.orgServer() || scopes.contains("groups")) {
            addGroups(claims, user);
        }
        return claims;
    }

    Map<String, Object> userInfoClaims(OktaUser user, Set<String> scopes) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("sub", faults.has(TokenFault.USERINFO_OTHER_SUBJECT) ? "00umallory0000000003" : user.id());
        claims.putAll(profile(user, scopes));
        // The org server has groups in the ID token only.
        if (!options.orgServer() || faults.has(TokenFault.THIN_ID_TOKEN)) {
            addGroups(claims, user);
        }
        return claims;
    }

    private Map<String, Object> profile(OktaUser user, Set<String> scopes) {
        Map<String, Object> claims = new LinkedHashMap<>();
        if (scopes.contains("profile")) {
            claims.put("name", user.name());
            claims.put("preferred_username", user.login());
        }
        if (scopes.contains("email") && !faults.has(TokenFault.NO_EMAIL)) {
            claims.put("email", user.email());
            claims.put("email_verified", true);
        }
        return claims;
    }

    private void addGroups(Map<String, Object> claims, OktaUser user) {
        if (!faults.has(TokenFault.NO_GROUPS)) {
            claims.put("groups", user.groups());
        }
    }
}
