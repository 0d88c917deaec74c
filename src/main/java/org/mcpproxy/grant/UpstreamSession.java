package org.mcpproxy.grant;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import net.minidev.json.JSONObject;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.IdentityProvider;
import org.mcpproxy.upstream.UpstreamTokens;

/** The Okta session behind a grant: its tokens sealed at rest, fresh when asked for, one refresh at a time. */
@Singleton
public class UpstreamSession {

    /** A token that lives no longer than this is refreshed before it is relied on. */
    private static final Duration MARGIN = Duration.ofSeconds(60);

    private static final int STRIPES = 256;

    private final UpstreamSessions sessions;
    private final IdentityProvider okta;
    private final SealedBox box;
    private final Clock clock;
    private final Lock[] locks =
            Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(Lock[]::new);

    @Inject
    public UpstreamSession(
            UpstreamSessions sessions, IdentityProvider okta, Settings settings, RandomGenerator random, Clock clock) {
        this.sessions = sessions;
        this.okta = okta;
        this.box = new SealedBox(settings.secretKey().derive("okta-tokens"), random);
        this.clock = clock;
    }

    /** Keeps the tokens of a sign-on. */
    public void keep(String grantId, UpstreamTokens tokens) {
        sessions.save(grantId, box.seal(write(tokens), grantId));
    }

    /**
     * Okta's tokens for this grant, refreshed where they end soon. This is also how Okta is asked whether the person
     * may still come in.
     *
     * @throws Rejection {@code OKTA_SESSION_ENDED} where Okta has ended the session, {@code OKTA_UNAVAILABLE} where it
     *     cannot be asked, which says nothing about the session
     */
    public UpstreamTokens fresh(String grantId) {
        return alone(grantId, () -> {
            UpstreamTokens tokens = find(grantId).orElseThrow(() -> Rejection.of(Reason.OKTA_SESSION_ENDED));
            return endsSoon(tokens) ? refresh(grantId, tokens) : tokens;
        });
    }

    /** Forgets Okta's tokens, and revokes them there. Waits for a refresh under way, whose tokens would live on else. */
    public void end(String grantId) {
        Optional<UpstreamTokens> tokens = alone(grantId, () -> {
            Optional<UpstreamTokens> kept = find(grantId);
            sessions.remove(grantId);
            return kept;
        });
        tokens.ifPresent(okta::revoke);
    }

    private <T> T alone(String grantId, Supplier<T> action) {
        Lock lock = locks[Math.floorMod(grantId.hashCode(), STRIPES)];
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    private UpstreamTokens refresh(String grantId, UpstreamTokens tokens) {
        if (tokens.refreshToken().isEmpty()) {
            throw Rejection.of(Reason.OKTA_SESSION_ENDED);
        }
        UpstreamTokens refreshed = okta.refresh(tokens);
        keep(grantId, refreshed);
        return refreshed;
    }

    private boolean endsSoon(UpstreamTokens tokens) {
        return tokens.accessTokenExpiresAt().isBefore(clock.instant().plus(MARGIN));
    }

    private Optional<UpstreamTokens> find(String grantId) {
        return sessions.find(grantId).flatMap(kept -> box.open(kept, grantId)).map(UpstreamSession::read);
    }

    private static String write(UpstreamTokens tokens) {
        JSONObject json = new JSONObject();
        json.put("access_token", tokens.accessToken().value());
        tokens.refreshToken().ifPresent(token -> json.put("refresh_token", token.value()));
        tokens.idToken().ifPresent(token -> json.put("id_token", token.value()));
        json.put("expires_at", tokens.accessTokenExpiresAt().getEpochSecond());
        return Json.write(json);
    }

    private static UpstreamTokens read(String text) {
        try {
            JSONObject json = JSONObjectUtils.parse(text);
            return new UpstreamTokens(
                    new Secret(JSONObjectUtils.getString(json, "access_token")),
                    Optional.ofNullable(JSONObjectUtils.getString(json, "refresh_token", null))
                            .map(Secret::new),
                    Optional.ofNullable(JSONObjectUtils.getString(json, "id_token", null))
                            .map(Secret::new),
                    Instant.ofEpochSecond(JSONObjectUtils.getLong(json, "expires_at")));
        } catch (ParseException e) {
            throw new IllegalStateException("A sealed session does not hold what was sealed", e);
        }
    }
}
