package org.mcpproxy.grant;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.IdentityAssertion;
import org.mcpproxy.upstream.SignOn;

/** Opens grants, and issues the codes by which clients get hold of them. */
@Singleton
public class Granting {

    /** For how long the store may keep us before the token of a grant is made, which must not outlive it. */
    private static final Duration BEFORE_ITS_TOKEN = Duration.ofSeconds(30);

    private final Grants grants;
    private final AssertedGrants asserted;
    private final AuthorizationCodes codes;
    private final UpstreamSession session;
    private final PreregisteredClients preregistered;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public Granting(
            Grants grants,
            AssertedGrants asserted,
            AuthorizationCodes codes,
            UpstreamSession session,
            PreregisteredClients preregistered,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.grants = grants;
        this.asserted = asserted;
        this.codes = codes;
        this.session = session;
        this.preregistered = preregistered;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Opens a grant for a person who has signed on. It ends when no code for it can be alive any more, unless a client
     * redeems one.
     *
     * @throws Rejection {@code USER_IS_CLIENT}, {@code STORE_UNAVAILABLE}, or {@code SIGN_ON_UNKNOWN} where the client has gone meanwhile
     */
    public Grant open(SignOn signOn, String clientId, Scope scope, Resources resources) {
        Grant grant = new Grant(
                Secret.random(random).value(),
                clientId,
                signOn.user(),
                scope,
                resources,
                clock.instant(),
                expiry(),
                signOn.authentication());
        try {
            preregistered.requireNone(signOn.user().id(), Reason.USER_IS_CLIENT);
            grants.open(grant);
            session.keep(grant.id(), signOn.tokens());
        } catch (RuntimeException e) {
            session.discard(signOn.tokens());
            throw e;
        }
        requireOpen(grant);
        return grant;
    }

    /**
     * Opens a grant for a person for whom Okta speaks, who is not here and is asked nothing: about as long as the one access token
     * for it lives. There is no session at Okta behind it.
     *
     * @param clientId of the client that brought the assertion, and authenticated
     * @throws Rejection {@code ID_JAG_REPLAYED}, {@code ID_JAG_SUBJECT_IS_CLIENT}, {@code SERVER_FULL} or {@code STORE_UNAVAILABLE}
     */
    public Grant open(IdentityAssertion assertion, String clientId, Scope scope, String resource) {
        preregistered.requireNone(assertion.user().id(), Reason.ID_JAG_SUBJECT_IS_CLIENT);
        Instant now = clock.instant();
        Grant grant = new Grant(
                Secret.random(random).value(),
                clientId,
                assertion.user(),
                scope,
                Resources.of(resource),
                now,
                now.plus(settings.lifetimes().accessToken()).plus(BEFORE_ITS_TOKEN),
                assertion.authentication());
        if (!asserted.open(grant, assertion.hash(), assertion.endsAt())) {
            throw Rejection.of(Reason.ID_JAG_REPLAYED);
        }
        return grant;
    }

    /** Where it ended before Okta's tokens were kept, as its client has gone, nobody else would revoke them. */
    private void requireOpen(Grant grant) {
        if (grants.find(grant.id()).isEmpty()) {
            session.end(grant.id());
            throw Rejection.of(Reason.SIGN_ON_UNKNOWN);
        }
    }

    /** Revokes at Okta what a sign-on brought that is not good enough; it does its best. */
    public void discard(SignOn signOn) {
        session.discard(signOn.tokens());
    }

    private Instant expiry() {
        return clock.instant()
                .plus(settings.lifetimes().signOn())
                .plus(settings.lifetimes().authorizationCode());
    }

    /**
     * Issues a code for a grant (OAuth 2.1 4.1.2).
     *
     * @param nonce for the ID token that comes with it
     * @param keyThumbprint of the key whose holder alone may redeem it, if any
     */
    public Secret issueCode(
            String grantId,
            String clientId,
            String redirectUri,
            String codeChallenge,
            Optional<String> nonce,
            Optional<String> keyThumbprint) {
        Secret code = Secret.random(random);
        codes.issue(new AuthorizationCode(
                code.hash(),
                grantId,
                clientId,
                redirectUri,
                codeChallenge,
                nonce,
                keyThumbprint,
                clock.instant().plus(settings.lifetimes().authorizationCode()),
                false));
        return code;
    }
}
