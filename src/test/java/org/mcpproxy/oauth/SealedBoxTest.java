package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.Samples;

class SealedBoxTest {

    private final SealedBox box = box(KeyRing.of(material(1)));

    @Test
    void whatWasSealedIsOpened() {
        assertThat(box.open(box.seal("a täxt", "row 1"), "row 1")).contains("a täxt");
        assertThat(box.open(box.seal("", "row 1"), "row 1")).contains("");
    }

    @Test
    void theTextIsNotInWhatIsKeptAndNoTwoSealsAreAlike() {
        byte[] sealed = box.seal("okta-refresh-token", "row 1");

        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("okta");
        assertThat(box.seal("okta-refresh-token", "row 1")).isNotEqualTo(sealed);
    }

    @Test
    void whatWasMovedToAnotherRowIsNotOpened() {
        assertThat(box.open(box.seal("text", "row 1"), "row 2")).isEmpty();
    }

    @Test
    void whatAnotherPurposeSealedIsNotOpened() {
        byte[] sealed = KeyRing.of(material(1)).box("another", Samples.RANDOM).seal("text", "row 1");

        assertThat(box.open(sealed, "row 1")).isEmpty();
    }

    @Test
    void whatNeedsASecondSecretIsOpenedWithItAlone() {
        KeyRing ring = KeyRing.of(material(1));
        byte[] sealed = ring.box("purpose", new byte[] {1}, Samples.RANDOM).seal("text", "row 1");

        assertThat(ring.box("purpose", new byte[] {1}, Samples.RANDOM).open(sealed, "row 1"))
                .contains("text");
        assertThat(ring.box("purpose", new byte[] {2}, Samples.RANDOM).open(sealed, "row 1"))
                .isEmpty();
        assertThat(box.open(sealed, "row 1")).isEmpty();
    }

    /** The store has the hashes of tokens, and a refresh token is longer than a block of SHA-256. */
    @Test
    void theHashOfTheSecondSecretOpensNothing() throws NoSuchAlgorithmException {
        KeyRing ring = KeyRing.of(material(1));
        for (int length : List.of(32, 43, 64, 65, 87)) {
            byte[] second = new byte[length];
            Arrays.fill(second, (byte) 'x');
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(second);
            byte[] sealed = ring.box("purpose", second, Samples.RANDOM).seal("text", "row 1");

            assertThat(ring.box("purpose", hash, Samples.RANDOM).open(sealed, "row 1"))
                    .as("a second secret of %d bytes", length)
                    .isEmpty();
        }
    }

    @Test
    void whatAnOldSecretSealedIsOpenedWhileThatSecretIsListed() {
        byte[] old = box(KeyRing.of(material(1))).seal("text", "row 1");

        assertThat(box(new KeyRing(material(2), List.of(material(3), material(1))))
                        .open(old, "row 1"))
                .contains("text");
    }

    /** It is not bad, and must not be thrown away: an administrator has forgotten a secret. */
    @Test
    void whatASecretSealedThatIsNotListedIsRefusedRatherThanEmpty() {
        byte[] old = box.seal("text", "row 1");
        SealedBox other = box(new KeyRing(material(2), List.of(material(3))));

        assertRefused(Reason.SECRET_KEY_UNKNOWN, () -> other.open(old, "row 1"));
    }

    @Test
    void whatIsSealedAnewIsMarkedWithTheNewSecret() {
        SealedBox rotated = box(new KeyRing(material(2), List.of(material(1))));
        byte[] old = box.seal("text", "row 1");

        byte[] anew = rotated.seal(rotated.open(old, "row 1").orElseThrow(), "row 1");

        assertThat(SealedBox.secretId(old)).isEqualTo(material(1).id());
        assertThat(SealedBox.secretId(anew)).isEqualTo(material(2).id());
        assertThat(box(KeyRing.of(material(2))).open(anew, "row 1")).contains("text");
    }

    @Test
    void theIdOfASecretTellsNothingOfIt() {
        assertThat(material(1).id())
                .matches("[0-9a-f]{16}")
                .isNotEqualTo(material(2).id());
        assertThat("01".repeat(32)).doesNotContain(material(1).id());
        assertThat(new KeyRing(material(1), List.of(material(2), material(1))).ids())
                .containsExactly(material(1).id(), material(2).id());
    }

    @Test
    void noByteOfItMayBeAltered() {
        byte[] sealed = box.seal("text", "row 1");

        for (int i = SecretKeyMaterial.ID_LENGTH; i < sealed.length; i++) {
            byte[] altered = sealed.clone();
            altered[i] ^= 1;
            assertThat(box.open(altered, "row 1")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 19, 20, 21, 35, 36, 39})
    void whatWasCutOffIsNotOpened(int length) {
        assertThat(box.open(Arrays.copyOf(box.seal("text", "row 1"), length), "row 1"))
                .isEmpty();
    }

    private static SealedBox box(KeyRing ring) {
        return ring.box("purpose", Samples.RANDOM);
    }

    private static SecretKeyMaterial material(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return new SecretKeyMaterial(bytes);
    }
}
