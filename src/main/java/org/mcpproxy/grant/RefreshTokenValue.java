package org.mcpproxy.grant;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.oauth.Secret;

/**
 * The value of a refresh token: two times 256 random bits. The first part is that of its family, by which a used token is
 * known as one for as long as the grant lives, without a row for each; the second is its own.
 */
public record RefreshTokenValue(Secret family, Secret own) {

    private static final String SEPARATOR = ".";

    /** The first of a new family. */
    public static RefreshTokenValue first(RandomGenerator random) {
        return new RefreshTokenValue(Secret.random(random), Secret.random(random));
    }

    /** What a client presents; empty where it is no refresh token of ours. */
    public static Optional<RefreshTokenValue> parse(String presented) {
        String[] parts = presented.split("\\.", -1);
        return parts.length == 2
                ? Optional.of(new RefreshTokenValue(new Secret(parts[0]), new Secret(parts[1])))
                : Optional.empty();
    }

    /** Another of the same family. */
    public RefreshTokenValue next(RandomGenerator random) {
        return new RefreshTokenValue(family, Secret.random(random));
    }

    /** As the client gets it. */
    public Secret whole() {
        return new Secret(family.value() + SEPARATOR + own.value());
    }
}
