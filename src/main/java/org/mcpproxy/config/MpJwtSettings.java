package org.mcpproxy.config;

import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * What MicroProfile JWT verifies Okta's access tokens with (MicroProfile JWT 2.1, section 9). It stands here and not in
 * {@code server.xml} because the keys come from discovery and change while the server runs; Liberty reads these
 * properties anew for each token. Given the keys themselves, it never fetches any, so no stranger's token makes it.
 *
 * <p>The state is static as the container makes config sources, not CDI.
 */
public final class MpJwtSettings implements ConfigSource {

    private static final String ISSUER = "mp.jwt.verify.issuer";
    private static final String AUDIENCES = "mp.jwt.verify.audiences";
    private static final String KEYS = "mp.jwt.verify.publickey";
    private static final String ALGORITHM = "mp.jwt.verify.publickey.algorithm";

    /** Above every other source: nothing in the environment may put another key in. */
    private static final int ORDINAL = 1000;

    private static volatile Map<String, String> current = Map.of();

    /**
     * Sets what holds from now on. Until then MicroProfile JWT has no key and accepts no token.
     *
     * @param algorithm such as {@code RS256}
     * @param keys a JWK set (RFC 7517 5) of public keys
     */
    public static void set(URI issuer, String audience, String algorithm, String keys) {
        current = Map.of(ISSUER, issuer.toString(), AUDIENCES, audience, ALGORITHM, algorithm, KEYS, keys);
    }

    @Override
    public Set<String> getPropertyNames() {
        return current.keySet();
    }

    @Override
    public String getValue(String name) {
        return current.get(name);
    }

    @Override
    public String getName() {
        return "Okta's access tokens";
    }

    @Override
    public int getOrdinal() {
        return ORDINAL;
    }
}
