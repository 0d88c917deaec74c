package org.mcpproxy.dpop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.SecretKeyMaterial;

class ProofNoncesTest {

    private static final SecretKeyMaterial OLD = new SecretKeyMaterial(new byte[32]);
    private static final SecretKeyMaterial NEW =
            new SecretKeyMaterial("n".repeat(32).getBytes());

    private final SettableClock clock = new SettableClock();
    private final ProofNonces nonces = nonces(KeyRing.of(OLD), clock);

    @Test
    void oneIsGoodForAMinuteAndAHalfAtLeastAndEnds() {
        String nonce = nonces.current();
        assertThat(nonces.end(nonce)).contains(clock.instant().plusSeconds(120));

        clock.advance(Duration.ofSeconds(119));
        assertThat(nonces.end(nonce)).contains(clock.instant().plusSeconds(1));
        clock.advance(Duration.ofSeconds(1));
        assertThat(nonces.end(nonce)).isEmpty();
    }

    @Test
    void thereIsANewOneEachHalfMinute() {
        String nonce = nonces.current();
        clock.advance(Duration.ofSeconds(29));
        assertThat(nonces.current()).isEqualTo(nonce);
        clock.advance(Duration.ofSeconds(1));
        assertThat(nonces.current()).isNotEqualTo(nonce);
    }

    @Test
    void everyNodeTakesTheNextOneOfAnotherWhoseClockIsAhead() {
        SettableClock ahead = new SettableClock();
        ahead.advance(Duration.ofSeconds(30));
        String next = nonces(KeyRing.of(OLD), ahead).current();

        assertThat(nonces.end(next)).isPresent();
        assertThat(nonces.end(next).orElseThrow())
                .isBeforeOrEqualTo(clock.instant().plus(ProofNonces.LONGEST));
        ahead.advance(Duration.ofSeconds(30));
        assertThat(nonces.end(nonces(KeyRing.of(OLD), ahead).current())).isEmpty();
    }

    /** RFC 9449 8: it must be unpredictable, and have no sign but those of {@code NQCHAR}. */
    @Test
    void nobodyMakesOneWithoutTheSecret() {
        assertThat(nonces(KeyRing.of(NEW), clock).end(nonces.current())).isEmpty();
        assertThat(nonces.end("")).isEmpty();
        assertThat(nonces.current()).matches("[A-Za-z0-9_-]{22}");
    }

    /** Some nodes have the new secret already, and others do not. */
    @Test
    void whileTheSecretChangesBothAreTaken() {
        ProofNonces changing = nonces(new KeyRing(NEW, List.of(OLD)), clock);
        ProofNonces announced = nonces(new KeyRing(OLD, List.of(NEW)), clock);

        assertThat(changing.end(announced.current())).isPresent();
        assertThat(announced.end(changing.current())).isPresent();
    }

    private static ProofNonces nonces(KeyRing keys, SettableClock clock) {
        return new ProofNonces(Samples.settings(keys), clock);
    }
}
