package org.mcpproxy.oauth;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.crypto.SecretKey;

/**
 * The secret that seals now, and others whose seals are still opened: so the secret can be changed while what the old one
 * sealed is in use.
 *
 * @param current {@code SESSION_SECRET_KEY}
 * @param previous {@code SESSION_SECRET_KEY_PREVIOUS}
 */
public record KeyRing(SecretKeyMaterial current, List<SecretKeyMaterial> previous) {

    public KeyRing {
        previous = List.copyOf(previous);
    }

    public static KeyRing of(SecretKeyMaterial only) {
        return new KeyRing(only, List.of());
    }

    /** All of them, the current one first. */
    public Stream<SecretKeyMaterial> all() {
        return Stream.concat(Stream.of(current), previous.stream()).distinct();
    }

    /** The ids of all of them. */
    public Set<String> ids() {
        return byId(material -> null).keySet();
    }

    /** Seals for one purpose. */
    public SealedBox box(String purpose, RandomGenerator random) {
        return new SealedBox(byId(material -> material.derive(purpose)), random);
    }

    /** Seals for one purpose, so that a second secret is needed to open. */
    public SealedBox box(String purpose, byte[] secondSecret, RandomGenerator random) {
        return new SealedBox(byId(material -> material.derive(purpose, secondSecret)), random);
    }

    private Map<String, SecretKey> byId(Function<SecretKeyMaterial, SecretKey> derivation) {
        Map<String, SecretKey> keys = new LinkedHashMap<>();
        all().forEach(material -> keys.put(material.id(), derivation.apply(material)));
        return keys;
    }
}
