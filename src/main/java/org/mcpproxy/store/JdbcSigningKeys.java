package org.mcpproxy.store;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.signing.SigningKeys;

/**
 * Signing keys that all nodes share. Each node has those it last read in memory, and goes on with them while the database
 * is away.
 */
@Singleton
public class JdbcSigningKeys implements SigningKeys {

    /** How often they are read. */
    static final Duration RELOAD = Duration.ofSeconds(5);

    /** Strangers can name any key: of all unknown ones in this time, the first alone reaches the database. */
    private static final Duration UNKNOWN_KEY_INTERVAL = Duration.ofSeconds(1);

    private static final Duration NEXT_TRY = Duration.ofSeconds(5);
    private static final Logger LOG = System.getLogger(JdbcSigningKeys.class.getName());

    private final Database database;
    private final StoreStatus status;
    private final SigningKeyRows rows;
    private final KeyRotation rotation;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile KeptKeys kept = KeptKeys.NONE;
    private Instant noSearchBefore = Instant.MIN;

    @Inject
    public JdbcSigningKeys(
            Database database, StoreStatus status, SigningKeyRows rows, KeyRotation rotation, Clock clock) {
        this.database = database;
        this.status = status;
        this.rows = rows;
        this.rotation = rotation;
        this.clock = clock;
    }

    /**
     * Reads the keys anew, and makes another where it is time.
     *
     * @throws Rejection {@code STORE_UNAVAILABLE}; what was read before stays
     */
    void renew() {
        read();
        if (rotation.run(kept)) {
            read();
        }
        if (kept.othersSealed() && !loaded() && !status.isRefused()) {
            // Another node was first to seal something in a store that both found empty.
            status.refused();
            LOG.log(Level.ERROR, new WrongSecretException().getMessage());
        }
    }

    /** Whether this node can sign. */
    boolean loaded() {
        return kept.signing(clock.instant()).isPresent();
    }

    @Override
    public RSAKey current() {
        if (isOld()) {
            // Elsewhere this node's key may be over by now.
            read();
        }
        return kept.signing(clock.instant()).map(KeptKey::key).orElseThrow(this::none);
    }

    @Override
    public Optional<RSAKey> find(String keyId) {
        return keyId == null
                ? Optional.empty()
                : kept.find(keyId, clock.instant()).or(() -> search(keyId));
    }

    @Override
    public JWKSet published() {
        return new JWKSet(kept.verifying(clock.instant())
                .map(key -> (JWK) key.key().toPublicJWK())
                .toList());
    }

    private Rejection none() {
        return kept.othersSealed()
                ? Rejection.of(Reason.SECRET_KEY_UNKNOWN)
                : Rejection.until(Reason.STORE_UNAVAILABLE, NEXT_TRY);
    }

    private void read() {
        reading.lock();
        try {
            kept = database.with(handle -> rows.read(handle, kept.byId()));
        } finally {
            reading.unlock();
        }
    }

    /** Nobody waits for another's search: a key is known to all long before it signs. */
    private Optional<RSAKey> search(String keyId) {
        if (reading.tryLock()) {
            try {
                readOnceInAWhile();
            } finally {
                reading.unlock();
            }
        }
        Optional<RSAKey> found = kept.find(keyId, clock.instant());
        if (found.isEmpty() && isOld()) {
            throw Rejection.until(Reason.STORE_UNAVAILABLE, NEXT_TRY);
        }
        return found;
    }

    private void readOnceInAWhile() {
        Instant now = clock.instant();
        if (now.isBefore(noSearchBefore)) {
            return;
        }
        noSearchBefore = now.plus(UNKNOWN_KEY_INTERVAL);
        try {
            read();
        } catch (Rejection e) {
            LOG.log(Level.DEBUG, "A key is not known, and could not be looked for: {0}", e.reason());
        }
    }

    /** By now another key, published and come into use meanwhile, may sign: to say "wrong" would cost a sign-on. */
    private boolean isOld() {
        return !clock.instant().isBefore(kept.readAt().plus(MAX_AGE));
    }
}
