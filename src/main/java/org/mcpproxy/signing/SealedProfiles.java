package org.mcpproxy.signing;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import net.minidev.json.JSONObject;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Json;
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

    /** A hundred groups, compressed. Sealed, it must fit into a header of 8 KiB, the most that many servers take. */
    private static final int MOST_BYTES = 3_584;

    /** The length alone would tell its client who is in one more group: it is rounded up to this many bytes. */
    private static final int ROUNDED_TO = 256;

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
        Map<String, Object> json = new HashMap<>();
        json.put("groups", profile.groups());
        Optional.ofNullable(profile.email()).ifPresent(email -> json.put("email", email));
        return Compressed.of(Json.write(json), ROUNDED_TO)
                .filter(compressed -> compressed.length <= MOST_BYTES)
                .map(compressed ->
                        Base64URL.encode(box(tokenId).seal(compressed, tokenId)).toString());
    }

    /** @return empty where it cannot be opened here, as the secret that sealed it is listed no longer */
    Optional<Profile> open(String sealed, String tokenId) {
        try {
            return box(tokenId)
                    .openBytes(new Base64URL(sealed).decode(), tokenId)
                    .map(Compressed::text)
                    .map(SealedProfiles::read);
        } catch (Rejection e) {
            return Optional.empty();
        }
    }

    private SealedBox box(String tokenId) {
        return secrets.box(PURPOSE, tokenId.getBytes(StandardCharsets.UTF_8), random);
    }

    private static Profile read(String text) {
        try {
            JSONObject json = JSONObjectUtils.parse(text);
            return new Profile(
                    JSONObjectUtils.getString(json, "email", null),
                    Set.copyOf(JSONObjectUtils.getStringList(json, "groups")));
        } catch (ParseException e) {
            throw new IllegalStateException("A sealed profile does not hold what was sealed", e);
        }
    }
}
