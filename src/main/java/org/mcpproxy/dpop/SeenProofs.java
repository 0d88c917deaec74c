package org.mcpproxy.dpop;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The proofs that came to this node's resources, for as long as one could be used again (RFC 9449 11.1). It is full before it
 * would forget one, and then refuses.
 */
@Singleton
public class SeenProofs {

    /** What two thousand requests a second leave behind, at some 200 bytes each. */
    private static final int MOST = 300_000;

    /** How many more may come while one is told that it is full. */
    private static final int MARGIN = 10_000;

    private static final Duration NEXT_TRY = Duration.ofSeconds(30);

    private final int most;
    private final Cache<String, Boolean> seen;

    @Inject
    public SeenProofs(Clock clock) {
        this(clock, MOST);
    }

    SeenProofs(Clock clock, int most) {
        this.most = most;
        this.seen = Caffeine.newBuilder()
                .maximumSize(most + MARGIN)
                .expireAfterWrite(ProofNonces.LONGEST)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
    }

    /** @throws Rejection {@code PROOF_REPLAYED} where it came before */
    void requireUnused(Proof proof) {
        if (seen.asMap().containsKey(proof.hash())) {
            throw Rejection.of(Reason.PROOF_REPLAYED);
        }
    }

    /**
     * @throws Rejection {@code PROOF_REPLAYED} where it came before, {@code SERVER_FULL} where no more can be remembered
     */
    void use(Proof proof) {
        if (isFull()) {
            throw Rejection.until(Reason.SERVER_FULL, NEXT_TRY);
        }
        if (seen.asMap().putIfAbsent(proof.hash(), true) != null) {
            throw Rejection.of(Reason.PROOF_REPLAYED);
        }
    }

    /** Counts those that have expired too, until they have been cleaned away. */
    private boolean isFull() {
        if (seen.estimatedSize() < most) {
            return false;
        }
        seen.cleanUp();
        return seen.estimatedSize() >= most;
    }
}
