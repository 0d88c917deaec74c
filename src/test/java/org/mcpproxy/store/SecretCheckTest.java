package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.KeyRing;

@OnEachDatabase
class SecretCheckTest {

    private final Store store;

    SecretCheckTest(Databases kind) {
        store = Store.empty(kind, new SettableClock());
    }

    @Test
    void anEmptyStoreFitsAnySecret() {
        assertThatCode(check(Rings.of(1))::require).doesNotThrowAnyException();
    }

    @Test
    void whatWasSealedWithTheCurrentOrAPreviousSecretFits() {
        sealed("one", Rings.of(1));
        sealed("two", Rings.of(2));
        sealed("three", Rings.of(2));

        assertThatCode(check(Rings.of(1, 2))::require).doesNotThrowAnyException();
        assertThatCode(check(Rings.of(3, 2, 1))::require).doesNotThrowAnyException();
    }

    @Test
    void aSecretThatIsNotHereStopsTheStartAndSaysHowToMendIt() {
        sealed("one", Rings.of(1));
        sealed("two", Rings.of(2));

        assertThatThrownBy(check(Rings.of(2))::require)
                .isInstanceOf(WrongSecretException.class)
                .hasMessageContaining("SESSION_SECRET_KEY_PREVIOUS")
                .hasMessageContaining("Nothing was changed");
    }

    @Test
    void aSigningKeyAloneStopsItToo() {
        byte[] key = Rings.of(1).box(SigningKeyRows.PURPOSE, Samples.RANDOM).seal("key", "id");
        store.database.update("""
                INSERT INTO signing_key (id, sealed_key, secret_id, created_at, signs_from)
                VALUES ('id', ?, ?, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)
                """, key, Rings.of(1).current().id());

        assertThatThrownBy(check(Rings.of(2))::require).isInstanceOf(WrongSecretException.class);
    }

    private SecretCheck check(KeyRing ring) {
        return new SecretCheck(store.database, Samples.settings(ring));
    }

    private void sealed(String grantId, KeyRing ring) {
        store.upstream.save(grantId, ring.box("okta-tokens", Samples.RANDOM).seal("tokens", grantId));
    }
}
