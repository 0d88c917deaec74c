package org.mcpproxy.store;

import com.nimbusds.jose.jwk.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The signing keys as they were read.
 *
 * @param lastMade when the one was made that no other follows yet; empty where there is none, or it is damaged
 * @param othersSealed whether there are keys that were sealed with a secret that is not here
 */
record KeptKeys(List<KeptKey> all, Optional<Instant> lastMade, boolean othersSealed, Instant readAt) {

    static final KeptKeys NONE = new KeptKeys(List.of(), Optional.empty(), false, Instant.EPOCH);

    /** By the id too, so that all nodes agree. */
    private static final Comparator<KeptKey> AGE =
            Comparator.comparing(KeptKey::signsFrom).thenComparing(KeptKey::id);

    /** The newest that signs by now. A node whose clock is behind may know only one that is to sign: then that one. */
    Optional<KeptKey> signing(Instant now) {
        return verifying(now)
                .filter(key -> key.signsAt(now))
                .max(AGE)
                .or(() -> verifying(now).min(AGE));
    }

    /** All whose tokens may live. */
    Stream<KeptKey> verifying(Instant now) {
        return all.stream().filter(key -> key.verifiesAt(now));
    }

    Optional<RSAKey> find(String keyId, Instant now) {
        return verifying(now)
                .filter(key -> key.id().equals(keyId))
                .map(KeptKey::key)
                .findFirst();
    }

    /** Whether it is time for another key. Where all were sealed with another secret, it is time to mend the settings. */
    boolean isAnotherDue(Duration period, Instant now) {
        boolean old = lastMade.map(made -> !now.isBefore(made.plus(period))).orElse(true);
        return old && !(othersSealed && verifying(now).findAny().isEmpty());
    }

    Map<String, RSAKey> byId() {
        return all.stream().map(KeptKey::key).collect(Collectors.toMap(RSAKey::getKeyID, Function.identity()));
    }
}
