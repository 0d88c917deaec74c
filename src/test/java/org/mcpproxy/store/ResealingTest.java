package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.ScriptedOkta;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.upstream.UpstreamTokens;

@OnEachDatabase
class ResealingTest {

    private static final KeyRing OLD = Rings.of(1);
    private static final KeyRing BOTH = Rings.of(2, 1);
    private static final KeyRing NEW = Rings.of(2);

    private final SettableClock clock = new SettableClock();
    private final ScriptedOkta okta = new ScriptedOkta(clock);
    private final Store store;

    ResealingTest(Databases kind) {
        store = Store.empty(kind, clock);
    }

    @Test
    void whatThePreviousSecretSealedTheCurrentOneOpensAlone() {
        UpstreamTokens tokens = okta.issue();
        session(OLD).keep("grant", tokens);
        finish(resealing(BOTH, Samples.RANDOM));

        assertThat(session(NEW).fresh("grant")).isEqualTo(tokens);
        assertThatCode(new SecretCheck(store.database, Samples.settings(NEW))::require)
                .doesNotThrowAnyException();
    }

    @Test
    void manyAreSealedAnewAPartAtATime() {
        for (int number = 0; number < Resealing.BATCH + 1; number++) {
            session(OLD).keep("grant-" + number, okta.issue());
        }
        Resealing resealing = resealing(BOTH, Samples.RANDOM);

        assertThat(resealing.part()).isTrue();
        assertThat(sealedWith(OLD)).isEqualTo(1);
        finish(resealing);
        assertThat(sealedWith(OLD)).isZero();
        assertThat(sealedWith(NEW)).isEqualTo(Resealing.BATCH + 1);
    }

    /** The refresh token that was sealed anew is dead by then. */
    @Test
    void aRefreshMeanwhileIsNotOverwritten() {
        session(OLD).keep("grant", okta.issue());
        UpstreamTokens refreshed = okta.issue();
        RandomGenerator refreshes = () -> {
            session(BOTH).keep("grant", refreshed);
            return Samples.RANDOM.nextLong();
        };
        finish(resealing(BOTH, refreshes));

        assertThat(session(NEW).fresh("grant")).isEqualTo(refreshed);
    }

    /** It would keep the old secret from being dropped for ever. */
    @Test
    void whatIsDamagedStaysAsItIsAndKeepsNoSecretInUse() {
        session(OLD).keep("grant", okta.issue());
        byte[] damaged = store.upstream.find("grant").orElseThrow();
        damaged[damaged.length - 1] ^= 1;
        store.upstream.save("grant", damaged);
        finish(resealing(BOTH, Samples.RANDOM));

        assertThat(store.upstream.find("grant").filter(kept -> Arrays.equals(kept, damaged)))
                .isPresent();
        assertThat(sealedWith(OLD)).isZero();
    }

    /** A node that will have the new secret after its restart must not lose what others have sealed with it. */
    @Test
    void whatAnUnknownSecretSealedIsLeftAlone() {
        session(NEW).keep("grant", okta.issue());

        assertThat(resealing(OLD, Samples.RANDOM).part()).isFalse();
        assertThat(sealedWith(NEW)).isEqualTo(1);
    }

    @Test
    void aSigningKeyIsSealedAnewForItsPurpose() {
        byte[] sealed = OLD.box(SigningKeyRows.PURPOSE, Samples.RANDOM).seal("key", "id");
        store.database.update("""
                INSERT INTO signing_key (id, sealed_key, secret_id, created_at, signs_from)
                VALUES ('id', ?, ?, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)
                """, sealed, SealedBox.secretId(sealed));
        finish(new Resealing(
                store.database, BOTH, Samples.RANDOM, SigningKeyRows.PURPOSE, "signing_key", "id", "sealed_key"));

        byte[] resealed = store.database.with(handle -> handle.select("SELECT sealed_key FROM signing_key")
                .mapTo(byte[].class)
                .one());
        assertThat(NEW.box(SigningKeyRows.PURPOSE, Samples.RANDOM).open(resealed, "id"))
                .contains("key");
    }

    private static void finish(Resealing resealing) {
        while (resealing.part()) {
            // there is more
        }
    }

    private Resealing resealing(KeyRing ring, RandomGenerator random) {
        return new Resealing(
                store.database, ring, random, UpstreamSession.PURPOSE, "upstream_session", "grant_id", "sealed_tokens");
    }

    private UpstreamSession session(KeyRing ring) {
        return new UpstreamSession(store.upstream, okta, Samples.settings(ring), Samples.RANDOM, clock);
    }

    private int sealedWith(KeyRing ring) {
        return store.database.with(handle -> handle.select(
                        "SELECT COUNT(*) FROM upstream_session WHERE secret_id = ?",
                        ring.current().id())
                .mapTo(Integer.class)
                .one());
    }
}
