package org.mcpproxy.policy;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.RequiredSignOn;

/**
 * Who asks.
 *
 * @param groups those of the user, as Okta named them
 * @param scopes those of the access token
 * @param authentication how they signed on; empty for a service, which cannot
 * @param now when they ask
 */
public record Subject(
        Set<String> groups, Set<String> scopes, Optional<AuthenticationEvent> authentication, Instant now) {

    public Subject {
        groups = Set.copyOf(groups);
        scopes = Set.copyOf(scopes);
    }

    boolean meets(RequiredSignOn required) {
        return required.equals(RequiredSignOn.ANY)
                || authentication.map(event -> required.isMetBy(event, now)).orElse(false);
    }

    /** Whether they could, by signing on anew. */
    boolean couldMeet(RequiredSignOn required) {
        return required.equals(RequiredSignOn.ANY) || authentication.isPresent() && required.isPossible();
    }
}
