package org.mcpproxy.signing;

import com.nimbusds.jose.util.Base64URL;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.SealedBox;

/**
 * Seals what is known of a user into an access token, which its client could read otherwise: so any node can serve the
 * user, without the store. Each token has a key of its own.
 */
@Singleton
public class SealedProfiles {

    /**
     * Another than that of the first version, which did not compress: what the one sealed, the other takes for a token that
     * says nothing of its user.
     */
    private static final String PURPOSE = "access-token-profile compressed";

    private final KeyRing secrets;
    private final RandomGenerator random;

    @Inject
    public SealedProfiles(Settings settings, RandomGenerator random) {
        this.secrets = settings.secretKeys();
        this.random = random;
    }

    /**
     * @param tokenId the token's {@code jti}
     * @return empty where it is too long for a token
     */
    Optional<String> seal(Profile profile, String tokenId) {
        return profile.compressed()
                .map(compressed ->
                        Base64URL.encode(box(tokenId).seal(compressed, tokenId)).toString());
    }

    /** @return empty where it cannot be opened here, as the secret that sealed it is listed no longer */
    Optional<Profile> open(String sealed, String tokenId) {
        try {
            return box(tokenId)
                    .openBytes(new Base64URL(sealed).decode(), tokenId)
                    .map(Profile::ofCompressed);
        } catch (Rejection e) {
            return Optional.empty();
        }
    }

    private SealedBox box(String tokenId) {
        return secrets.box(PURPOSE, tokenId.getBytes(StandardCharsets.UTF_8), random);
    }
}
