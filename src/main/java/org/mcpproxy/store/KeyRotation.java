package org.mcpproxy.store;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.SigningKeys;

/**
 * Makes the next signing key when it is time, on one node. It is published at once, and signs when nobody can still hold
 * an older answer without it; the one before it stays until its last token has expired.
 */
@Singleton
public class KeyRotation {

    /** For clocks of nodes that differ. */
    static final Duration MARGIN = Duration.ofMinutes(1);

    /** For how long a key is published before it signs. */
    static final Duration LEAD =
            SigningKeys.MAX_AGE.plus(JdbcSigningKeys.RELOAD).plus(MARGIN);

    private static final int BITS = 2048;
    private static final String LEASE = "key-rotation";

    /** Longer than it takes to make a key on a machine that is busy. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private static final Logger LOG = System.getLogger(KeyRotation.class.getName());

    private final Database database;
    private final SigningKeyRows rows;
    private final Leases leases;
    private final Settings settings;
    private final Clock clock;
    private final String holder;

    @Inject
    public KeyRotation(
            Database database,
            SigningKeyRows rows,
            Leases leases,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.database = database;
        this.rows = rows;
        this.leases = leases;
        this.settings = settings;
        this.clock = clock;
        this.holder = Secret.random(random).value();
    }

    /**
     * @param known the keys as this node knows them
     * @return whether there is another key now
     */
    boolean run(KeptKeys known) {
        if (!isDue(known) || !leases.tryAcquire(LEASE, holder, LONGEST)) {
            return false;
        }
        try {
            RSAKey next = generate();
            return database.inTransaction(handle -> add(handle, next));
        } finally {
            leases.release(LEASE, holder);
        }
    }

    /** Another node may have been first. */
    private boolean add(Handle handle, RSAKey next) {
        if (!leases.isHeld(handle, LEASE, holder)) {
            return false;
        }
        KeptKeys kept = rows.read(handle, Map.of());
        if (!isDue(kept)) {
            return false;
        }
        Instant now = clock.instant();
        boolean first = kept.signing(now).isEmpty();
        Instant signsFrom = first ? now : now.plus(LEAD);
        rows.add(
                handle,
                next,
                signsFrom,
                signsFrom.plus(settings.lifetimes().accessToken()).plus(MARGIN));
        LOG.log(Level.INFO, "The signing key {0} was made; it signs from {1} on", next.getKeyID(), signsFrom);
        return true;
    }

    private boolean isDue(KeptKeys keys) {
        return keys.isAnotherDue(settings.keyRotation(), clock.instant());
    }

    private static RSAKey generate() {
        try {
            return new RSAKeyGenerator(BITS)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(Capabilities.SIGNING_ALGORITHM)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("An RSA key cannot be made", e);
        }
    }
}
