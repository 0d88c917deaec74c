package org.mcpproxy.grant;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import net.minidev.json.JSONObject;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.SessionTurns.Turn;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.IdentityProvider;
import org.mcpproxy.upstream.PossessionKey;
import org.mcpproxy.upstream.RefreshedTokens;
import org.mcpproxy.upstream.UpstreamTokens;

/**
 * The Okta session behind a grant: its tokens sealed at rest, fresh when asked for, one refresh at a time on all nodes
 * together. With rotation, Okta ends a session whose refresh token comes twice.
 */
@Singleton
public class UpstreamSession {

    /** What Okta's tokens are sealed for, besides their grant. */
    public static final String PURPOSE = "okta-tokens";

    /** The ID token that a refresh brought, until it has been looked at. */
    private static final String UNVALIDATED = "unvalidated_id_token";

    private static final String POSSESSION_KEY = "possession_key";

    /** A token that lives no longer than this is refreshed before it is relied on. */
    private static final Duration MARGIN = Duration.ofSeconds(60);

    private static final Duration LONGEST_OUTAGE = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Logger LOG = System.getLogger(UpstreamSession.class.getName());

    private final UpstreamSessions sessions;
    private final IdentityProvider okta;
    private final SealedBox box;
    private final SessionTurns turns;
    private final Clock clock;

    @Inject
    public UpstreamSession(
            UpstreamSessions sessions, IdentityProvider okta, Settings settings, RandomGenerator random, Clock clock) {
        this.sessions = sessions;
        this.okta = okta;
        this.box = settings.secretKeys().box(PURPOSE, random);
        this.turns = new SessionTurns(sessions, random);
        this.clock = clock;
    }

    /** Keeps the tokens of a sign-on. */
    public void keep(String grantId, UpstreamTokens tokens) {
        sessions.save(grantId, box.seal(write(new RefreshedTokens(tokens, Optional.empty())), grantId));
    }

    /**
     * Okta's tokens for this grant, refreshed where they end soon. This is also how Okta is asked whether the person
     * may still come in.
     *
     * @throws Rejection {@code OKTA_SESSION_ENDED} where Okta has ended the session, {@code OKTA_UNAVAILABLE} where it
     *     cannot be asked, which says nothing about the session
     */
    public UpstreamTokens fresh(String grantId) {
        RefreshedTokens seen = required(grantId);
        return seen.idToken().isPresent() || endsSoon(seen.tokens())
                ? turns.take(grantId, this::refreshed)
                : seen.tokens();
    }

    /** Whether there is one behind this grant at all: there is none where no person signed on for it. */
    public boolean isKept(String grantId) {
        return sessions.find(grantId).isPresent();
    }

    /** The ID token of the sign-on, or the one that a refresh brought since; it may have expired. */
    public Optional<Secret> idToken(String grantId) {
        return find(grantId).map(RefreshedTokens::tokens).flatMap(UpstreamTokens::idToken);
    }

    /**
     * Revokes Okta's tokens there, then forgets them: who is killed in between leaves them to the sweep of those whose
     * grant has ended. Waits for a refresh under way, whose tokens would live on else.
     *
     * @throws Rejection where they are left to the sweep: Okta or the store cannot be reached, or a refresh takes too long
     */
    public void end(String grantId) {
        turns.take(grantId, turn -> {
            find(grantId).map(RefreshedTokens::tokens).ifPresent(okta::revoke);
            sessions.remove(grantId);
            return null;
        });
    }

    /** Revokes at Okta what nobody could keep; it does its best. */
    void discard(UpstreamTokens tokens) {
        try {
            okta.revoke(tokens);
        } catch (Rejection e) {
            LOG.log(Level.WARNING, "Okta''s tokens that nobody keeps could not be revoked there: {0}", e.reason());
        }
    }

    /** Under the lease, so what another holder has refreshed meanwhile is seen. */
    private UpstreamTokens refreshed(Turn turn) {
        UpstreamTokens tokens = validated(required(turn.grantId()), turn);
        return endsSoon(tokens) ? refresh(tokens, turn) : tokens;
    }

    private UpstreamTokens refresh(UpstreamTokens tokens, Turn turn) {
        if (tokens.refreshToken().isEmpty()) {
            throw Rejection.of(Reason.OKTA_SESSION_ENDED);
        }
        turn.requireTimeForCall();
        RefreshedTokens refreshed = okta.refresh(tokens);
        keep(refreshed, turn);
        if (!refreshed.usable()) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        return validated(refreshed, turn);
    }

    /** What was kept with an ID token that nobody has looked at is given to nobody before that, on any node. */
    private UpstreamTokens validated(RefreshedTokens refreshed, Turn turn) {
        if (refreshed.idToken().isEmpty()) {
            return refreshed.tokens();
        }
        UpstreamTokens validated = validated(refreshed);
        keep(new RefreshedTokens(validated, Optional.empty()), turn);
        return validated;
    }

    /** With another person's tokens nothing can go on. That nobody can tell whose they are is no end: they are kept, and told later. */
    private UpstreamTokens validated(RefreshedTokens refreshed) {
        try {
            return okta.validated(refreshed);
        } catch (Rejection e) {
            if (e.reason() != Reason.ID_TOKEN_INVALID) {
                throw e;
            }
            LOG.log(Level.WARNING, "A refresh at Okta brought an ID token of another person");
            throw Rejection.of(Reason.OKTA_SESSION_ENDED, e);
        }
    }

    /**
     * The old refresh token is dead by now: a store that is away for a while must not cost the person a sign-on. Nobody else
     * can take the lease meanwhile.
     */
    private void keep(RefreshedTokens tokens, Turn turn) {
        long end = System.nanoTime() + LONGEST_OUTAGE.toNanos();
        while (true) {
            try {
                replace(tokens, turn);
                return;
            } catch (Rejection e) {
                if (e.reason() != Reason.STORE_UNAVAILABLE || System.nanoTime() - end > 0) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    /**
     * Tokens whose grant has ended meanwhile are of use to nobody, and live on at Okta else. Where we were so late that
     * another refreshes by now, his tokens are newer than ours.
     */
    private void replace(RefreshedTokens tokens, Turn turn) {
        if (sessions.replace(turn.grantId(), turn.holder(), box.seal(write(tokens), turn.grantId()))) {
            return;
        }
        if (sessions.find(turn.grantId()).isPresent()) {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, SessionTurns.NEXT_TRY);
        }
        discard(tokens.tokens());
        throw Rejection.of(Reason.OKTA_SESSION_ENDED);
    }

    private boolean endsSoon(UpstreamTokens tokens) {
        return tokens.accessTokenExpiresAt().isBefore(clock.instant().plus(MARGIN));
    }

    private RefreshedTokens required(String grantId) {
        return find(grantId).orElseThrow(() -> Rejection.of(Reason.OKTA_SESSION_ENDED));
    }

    private Optional<RefreshedTokens> find(String grantId) {
        return sessions.find(grantId).flatMap(kept -> box.open(kept, grantId)).map(UpstreamSession::read);
    }

    private static String write(RefreshedTokens refreshed) {
        UpstreamTokens tokens = refreshed.tokens();
        JSONObject json = new JSONObject();
        json.put("access_token", tokens.accessToken().value());
        tokens.refreshToken().ifPresent(token -> json.put("refresh_token", token.value()));
        tokens.idToken().ifPresent(token -> json.put("id_token", token.value()));
        json.put("expires_at", tokens.accessTokenExpiresAt().getEpochSecond());
        tokens.possessionKey()
                .ifPresent(key -> json.put(POSSESSION_KEY, key.jwk().value()));
        refreshed.idToken().ifPresent(token -> json.put(UNVALIDATED, token.value()));
        return Json.write(json);
    }

    private static RefreshedTokens read(String text) {
        try {
            JSONObject json = JSONObjectUtils.parse(text);
            UpstreamTokens tokens = new UpstreamTokens(
                    new Secret(JSONObjectUtils.getString(json, "access_token")),
                    secret(json, "refresh_token"),
                    secret(json, "id_token"),
                    Instant.ofEpochSecond(JSONObjectUtils.getLong(json, "expires_at")),
                    secret(json, POSSESSION_KEY).map(PossessionKey::new));
            return new RefreshedTokens(tokens, secret(json, UNVALIDATED));
        } catch (ParseException e) {
            throw new IllegalStateException("A sealed session does not hold what was sealed", e);
        }
    }

    private static Optional<Secret> secret(JSONObject json, String name) throws ParseException {
        return Optional.ofNullable(JSONObjectUtils.getString(json, name, null)).map(Secret::new);
    }
}
