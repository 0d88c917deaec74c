package org.mcpproxy.store;

import java.util.Arrays;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.SecretKeyMaterial;

/** Secrets by number; 0 is the one of all other tests. */
final class Rings {

    private Rings() {}

    static KeyRing of(int current, int... previous) {
        return new KeyRing(
                secret(current), Arrays.stream(previous).mapToObj(Rings::secret).toList());
    }

    private static SecretKeyMaterial secret(int number) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) number);
        return new SecretKeyMaterial(bytes);
    }
}
