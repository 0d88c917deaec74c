package org.mcpproxy.grant;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.SignOn;

/** Opens grants, and issues the codes by which clients get hold of them. */
@Singleton
public class Granting {

    private final Grants grants;
    private final AuthorizationCodes codes;
    private final UpstreamSession session;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public Granting(
            Grants grants,
            AuthorizationCodes codes,
            UpstreamSession session,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.grants = grants;
        this.codes = codes;
        this.session = session;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Opens a grant for a person who has signed on. It ends when no code for it can be alive any more, unless a client
     * redeems one.
     */
    public Grant open(SignOn signOn, String clientId, Scope scope, String resource) {
        Grant grant = new Grant(
                Secret.random(random).value(), clientId, signOn.user(), scope, resource, clock.instant(), expiry());
        try {
            grants.open(grant);
            session.keep(grant.id(), signOn.tokens());
        } catch (RuntimeException e) {
            session.discard(signOn.tokens());
            throw e;
        }
        return grant;
    }

    private Instant expiry() {
        return clock.instant()
                .plus(settings.lifetimes().signOn())
                .plus(settings.lifetimes().authorizationCode());
    }

    /** Issues a code for a grant (OAuth 2.1 4.1.2). */
    public Secret issueCode(String grantId, String clientId, String redirectUri, String codeChallenge) {
        Secret code = Secret.random(random);
        codes.issue(new AuthorizationCode(
                code.hash(),
                grantId,
                clientId,
                redirectUri,
                codeChallenge,
                clock.instant().plus(settings.lifetimes().authorizationCode()),
                false));
        return code;
    }
}
