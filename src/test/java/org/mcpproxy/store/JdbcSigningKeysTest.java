package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.SecretKeyMaterial;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.signing.SigningKeys;

@OnEachDatabase
class JdbcSigningKeysTest {

    private final StoreStatus status = Databases.open();
    private static final Duration LIFETIME = Samples.settings().lifetimes().accessToken();

    private final SettableClock clock = new SettableClock();
    private final LosableDatabase losable = new LosableDatabase();
    private final DataSource source;
    private final Database database;

    JdbcSigningKeysTest(Databases kind) {
        source = kind.empty();
        database = losable.over(source);
    }

    @Test
    void theFirstKeySignsAtOnce() {
        JdbcSigningKeys node = node();
        assertThat(node.loaded()).isFalse();
        assertRefused(Reason.STORE_UNAVAILABLE, node::current);
        node.renew();

        assertThat(node.loaded()).isTrue();
        assertThat(node.current().isPrivate()).isTrue();
        assertThat(node.current().size()).isEqualTo(2048);
        assertThat(published(node)).containsExactly(node.current().getKeyID());
    }

    @Test
    void noPrivateKeyIsPublished() {
        assertThat(started().published().getKeys()).hasSize(1).noneMatch(JWK::isPrivate);
    }

    /** A token may well name no key. */
    @Test
    void anUnknownKeyAndNoneAreNotFound() {
        JdbcSigningKeys node = started();

        assertThat(node.find("unknown")).isEmpty();
        assertThat(node.find(null)).isEmpty();
    }

    @Test
    void aRestartGoesOnWithTheSameKey() {
        assertThat(started().current()).isEqualTo(started().current());
    }

    @Test
    void nodesThatStartAtOnceAgreeOnOneKey() {
        List<JdbcSigningKeys> nodes = List.of(node(), node(), node());
        AtomicInteger next = new AtomicInteger();

        List<RSAKey> keys = Race.of(3, () -> {
            JdbcSigningKeys node = nodes.get(next.getAndIncrement());
            while (!node.loaded()) {
                node.renew();
            }
            return node.current();
        });

        assertThat(keys.stream().distinct()).hasSize(1);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void aKeyIsFollowedWhenItIsOldAndNotBefore() {
        JdbcSigningKeys node = started();
        clock.advance(Duration.ofDays(90).minusSeconds(1));
        node.renew();
        assertThat(rows()).isEqualTo(1);

        clock.advance(Duration.ofSeconds(1));
        node.renew();
        node.renew();
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void nodesThatFindAKeyOldAtOnceMakeOneNewKey() {
        List<JdbcSigningKeys> nodes = List.of(started(), started(), started());
        AtomicInteger next = new AtomicInteger();
        clock.advance(Duration.ofDays(90));

        Race.of(3, () -> {
            JdbcSigningKeys node = nodes.get(next.getAndIncrement());
            while (node.published().size() < 2) {
                node.renew();
            }
            return node;
        });

        assertThat(rows()).isEqualTo(2);
        assertThat(nodes.stream().map(JdbcSigningKeysTest::published).distinct())
                .hasSize(1);
    }

    /** Whoever keeps a published answer for as long as it allows must know a key before it signs. */
    @Test
    void aNewKeyIsPublishedAtOnceAndSignsWhenAllMustKnowIt() {
        JdbcSigningKeys node = started();
        JdbcSigningKeys other = started();
        String old = node.current().getKeyID();
        clock.advance(Duration.ofDays(90));
        node.renew();
        other.renew();
        assertThat(published(node)).hasSize(2).contains(old);
        assertThat(published(other)).isEqualTo(published(node));

        clock.advance(SigningKeys.MAX_AGE.plus(JdbcSigningKeys.RELOAD));
        assertThat(node.current().getKeyID()).isEqualTo(old);
        assertThat(other.current().getKeyID()).isEqualTo(old);

        clock.advance(KeyRotation.LEAD.minus(SigningKeys.MAX_AGE).minus(JdbcSigningKeys.RELOAD));
        assertThat(node.current().getKeyID()).isNotEqualTo(old);
        assertThat(other.current()).isEqualTo(node.current());
    }

    @Test
    void anOldKeyStaysUntilItsLastTokenHasExpired() {
        JdbcSigningKeys node = started();
        String old = node.current().getKeyID();
        clock.advance(Duration.ofDays(90));
        node.renew();
        clock.advance(KeyRotation.LEAD.minusSeconds(1));
        AccessTokens tokens = new AccessTokens(Samples.settings(), node, Samples.profiles(), clock);
        Secret last = tokens.mint(token());

        clock.advance(LIFETIME.minusSeconds(1));
        assertThat(node.current().getKeyID()).isNotEqualTo(old);
        assertThat(tokens.verify(last, Samples.RESOURCE).id()).isEqualTo("id");
        assertThat(tokens.verify(tokens.mint(token()), Samples.RESOURCE).id()).isEqualTo("id");

        clock.advance(KeyRotation.MARGIN.plusSeconds(2));
        assertThat(node.find(old)).isEmpty();
        assertThat(published(node)).containsExactly(node.current().getKeyID());
    }

    @Test
    void aKeyThatAnotherNodeMadeIsFoundWithoutARestart() {
        JdbcSigningKeys node = started();
        clock.advance(Duration.ofDays(90));
        JdbcSigningKeys other = started();
        clock.advance(KeyRotation.LEAD);

        assertThat(node.find(other.current().getKeyID())).contains(other.current());
    }

    @Test
    void strangersWhoNameKeysReachTheDatabaseOnceASecond() {
        JdbcSigningKeys node = started();
        int before = losable.asked();
        for (int stranger = 0; stranger < 100; stranger++) {
            node.find("key-" + stranger);
        }
        assertThat(losable.asked()).isEqualTo(before + 1);

        clock.advance(Duration.ofSeconds(1));
        node.find("another");
        assertThat(losable.asked()).isEqualTo(before + 2);
    }

    @Test
    void withTheDatabaseAwayTheKeysGoOn() {
        JdbcSigningKeys node = started();
        AccessTokens tokens = new AccessTokens(Samples.settings(), node, Samples.profiles(), clock);
        losable.lose();
        assertRefused(Reason.STORE_UNAVAILABLE, node::renew);

        assertThat(tokens.verify(tokens.mint(token()), Samples.RESOURCE).id()).isEqualTo("id");
        assertThat(node.published().size()).isEqualTo(1);
        assertThat(node.find("unknown")).isEmpty();
    }

    /** By then it may be a key that has come into use: "wrong" would cost a sign-on. */
    @Test
    void whoCouldNotReadForLongDoesNotSayThatAKeyIsUnknown() {
        JdbcSigningKeys node = started();
        losable.lose();
        clock.advance(SigningKeys.MAX_AGE);
        assertRefused(Reason.STORE_UNAVAILABLE, () -> node.find("unknown"));

        losable.find();
        clock.advance(Duration.ofSeconds(1));
        assertThat(node.find("unknown")).isEmpty();
    }

    @Test
    void keysAreSealedAtRest() {
        RSAKey key = started().current();
        byte[] sealed = database.with(handle -> handle.select("SELECT sealed_key FROM signing_key")
                .mapTo(byte[].class)
                .one());

        assertThat(new String(sealed, StandardCharsets.ISO_8859_1))
                .doesNotContain(
                        key.getPrivateExponent().toString(),
                        key.getFirstPrimeFactor().toString(),
                        "kty");
    }

    @Test
    void aDamagedKeyStopsNoOther() {
        JdbcSigningKeys node = started();
        String old = node.current().getKeyID();
        clock.advance(Duration.ofDays(90));
        node.renew();
        database.update("UPDATE signing_key SET sealed_key = ? WHERE id <> ?", new byte[60], old);
        JdbcSigningKeys other = node();
        other.renew();

        assertThat(other.current().getKeyID()).isEqualTo(old);
    }

    @Test
    void whereTheOnlyKeyIsDamagedAnotherSignsAtOnce() {
        String damaged = started().current().getKeyID();
        database.update("UPDATE signing_key SET sealed_key = ?", (Object) new byte[60]);

        assertThat(started().current().getKeyID()).isNotEqualTo(damaged);
    }

    @Test
    void aKeyOfAnotherSecretIsNeitherUsedNorReplaced() {
        started();
        JdbcSigningKeys stranger = node(Samples.settings(Rings.of(9)));
        stranger.renew();
        clock.advance(Duration.ofDays(100));
        stranger.renew();

        assertThat(stranger.loaded()).isFalse();
        assertRefused(Reason.SECRET_KEY_UNKNOWN, stranger::current);
        assertThat(rows()).isEqualTo(1);
    }

    /** Another node has sealed it with a secret that this one will have after its own restart. */
    @Test
    void aKeyThatANodeHasOpenedStaysWithIt() {
        JdbcSigningKeys node = started();
        RSAKey key = node.current();
        KeyRing next = Rings.of(9, 0);
        database.update(
                "UPDATE signing_key SET sealed_key = ?, secret_id = ?",
                next.box(SigningKeyRows.PURPOSE, Samples.RANDOM).seal(key.toJSONString(), key.getKeyID()),
                next.current().id());
        node.renew();

        assertThat(node.current()).isEqualTo(key);
        JdbcSigningKeys other = node(Samples.settings(next));
        other.renew();
        assertThat(other.current()).isEqualTo(key);
    }

    private JdbcSigningKeys started() {
        JdbcSigningKeys node = node();
        node.renew();
        return node;
    }

    private JdbcSigningKeys node() {
        return node(Samples.settings());
    }

    /** Both found an empty store at the same moment; the one that sealed first is right. */
    @Test
    void aNodeThatFindsAllSealedByAnotherSecretStopsUsingTheStore() {
        node().renew();
        assertThat(status.isRefused()).isFalse();

        JdbcSigningKeys other = node(
                Samples.settings(KeyRing.of(new SecretKeyMaterial("x".repeat(32).getBytes(StandardCharsets.UTF_8)))));
        other.renew();

        assertThat(other.loaded()).isFalse();
        assertThat(status.isRefused()).isTrue();
        assertThat(status.isOpen()).isFalse();
    }

    private JdbcSigningKeys node(Settings settings) {
        SigningKeyRows rows = new SigningKeyRows(settings, Samples.RANDOM, clock);
        Leases leases = new Leases(database, clock);
        KeyRotation rotation = new KeyRotation(database, rows, leases, settings, Samples.RANDOM, clock);
        return new JdbcSigningKeys(database, status, rows, rotation, clock);
    }

    private AccessToken token() {
        return new AccessToken(
                "00ualice",
                "client",
                Samples.RESOURCE,
                Scopes.offered(),
                "grant",
                "id",
                clock.instant().plus(LIFETIME),
                Optional.empty());
    }

    private static List<String> published(SigningKeys node) {
        return node.published().getKeys().stream().map(JWK::getKeyID).toList();
    }

    private int rows() {
        return database.with(handle -> handle.select("SELECT COUNT(*) FROM signing_key")
                .mapTo(Integer.class)
                .one());
    }
}
