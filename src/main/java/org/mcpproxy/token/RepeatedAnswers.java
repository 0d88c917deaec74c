package org.mcpproxy.token;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.oauth.Secret;

/**
 * Keeps the answer to a refresh for a client that asks again. The key needs both this server's secret and the refresh
 * token that was presented, of which only the hash is stored: a copy of the store does not open it.
 */
@Singleton
public class RepeatedAnswers {

    private final Settings settings;
    private final RandomGenerator random;

    @Inject
    public RepeatedAnswers(Settings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    byte[] seal(TokenAnswer answer, Secret presented) {
        return box(presented).seal(answer.write(), presented.hash());
    }

    Optional<TokenAnswer> open(byte[] sealed, Secret presented) {
        return box(presented).open(sealed, presented.hash()).map(TokenAnswer::read);
    }

    private SealedBox box(Secret presented) {
        byte[] token = presented.value().getBytes(StandardCharsets.UTF_8);
        return settings.secretKeys().box("repeated-answer", token, random);
    }
}
