package org.mcpproxy.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.signing.Profile;

/**
 * What is known of callers. Access tokens say it, so that the store is not asked; but for one who is in too many groups
 * for a token, it is, and the answer, which never changes, is kept.
 */
@Singleton
public class CallerProfiles {

    private static final int MOST = 20_000;
    private static final Duration KEPT = Duration.ofHours(1);

    private final Grants grants;
    private final Cache<String, Profile> kept = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(KEPT)
            .executor(Runnable::run)
            .build();

    @Inject
    public CallerProfiles(Grants grants) {
        this.grants = grants;
    }

    /** Whether {@link #of} answers at once. */
    boolean isAtHand(Caller caller) {
        return caller.profile().isPresent()
                || caller.grant().map(grant -> kept.getIfPresent(grant) != null).orElse(true);
    }

    /**
     * What is known of this caller: nothing, where neither the token nor a grant says it.
     *
     * @throws Rejection {@code TOKEN_REVOKED} where the grant has ended, {@code STORE_UNAVAILABLE}
     */
    Profile of(Caller caller) {
        return caller.profile()
                .orElseGet(() -> caller.grant().map(this::ofGrant).orElse(Profile.UNKNOWN));
    }

    private Profile ofGrant(String id) {
        return Optional.ofNullable(kept.getIfPresent(id)).orElseGet(() -> {
            Profile found = grants.find(id).map(Grant::profile).orElseThrow(() -> Rejection.of(Reason.TOKEN_REVOKED));
            kept.put(id, found);
            return found;
        });
    }
}
