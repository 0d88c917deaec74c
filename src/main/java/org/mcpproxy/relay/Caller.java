package org.mcpproxy.relay;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.signing.Profile;

/**
 * Who calls, as a verified access token says.
 *
 * @param user Okta's user id; empty where a service calls on its own behalf
 * @param client the OAuth client
 * @param grant the grant behind one of our own tokens, which is a service's token's own; empty for Okta's tokens
 * @param expiresAt when the token ends
 * @param profile what else the token says of the user
 * @param authentication how the user signed on
 * @param pass by which another node vouches for all this, where it handed the request on
 */
public record Caller(
        Optional<String> user,
        String client,
        Scope scope,
        Optional<String> grant,
        Instant expiresAt,
        Optional<Profile> profile,
        AuthenticationEvent authentication,
        Optional<NodePass> pass) {

    /** For how long an answer may be on its way once the token has ended that asked for it. */
    static final Duration ANSWERED_LATER = Duration.ofMinutes(10);

    /** A caller of whom the token says no more. */
    Caller(Optional<String> user, String client, Scope scope, Optional<String> grant, Instant expiresAt) {
        this(user, client, scope, grant, expiresAt, Optional.empty());
    }

    /** A caller whom this node has checked, and of whose sign-on it knows nothing. */
    public Caller(
            Optional<String> user,
            String client,
            Scope scope,
            Optional<String> grant,
            Instant expiresAt,
            Optional<Profile> profile) {
        this(user, client, scope, grant, expiresAt, profile, AuthenticationEvent.UNKNOWN, Optional.empty());
    }

    /** The same, of whom this is known. */
    Caller with(Profile known) {
        return new Caller(user, client, scope, grant, expiresAt, Optional.of(known), authentication, pass);
    }

    /** The same, who signed on so. */
    Caller signedOn(AuthenticationEvent event) {
        return new Caller(user, client, scope, grant, expiresAt, profile, event, pass);
    }

    /** The same, as far as their answer goes: what is cut off they would ask for again, and it would be done twice. */
    Caller asking() {
        return new Caller(user, client, scope, grant, expiresAt.plus(ANSWERED_LATER), profile, authentication, pass);
    }

    /**
     * Whether a stream of theirs may stay open: one may outlive the access token that opened it, but never the grant. Where
     * there is no user, or nobody tells us of an end, there is nothing behind the token to outlive it.
     */
    boolean isStanding(LiveGrants grants, Instant now) {
        boolean outlivesToken = user.isPresent() && grant.isPresent();
        return grant.map(grants::isLive).orElse(true) && (outlivesToken || now.isBefore(expiresAt));
    }

    /** Whose share of the server a request takes: the user's, or that of a service. */
    String holder() {
        return user.orElse(client);
    }
}
