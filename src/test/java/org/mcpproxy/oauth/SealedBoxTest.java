package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedBoxTest {

    private final SealedBox box = box(1);

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
    void anotherKeyDoesNotOpenIt() {
        assertThat(box(2).open(box.seal("text", "row 1"), "row 1")).isEmpty();
    }

    @Test
    void noByteOfItMayBeAltered() {
        byte[] sealed = box.seal("text", "row 1");

        for (int i = 0; i < sealed.length; i++) {
            byte[] altered = sealed.clone();
            altered[i] ^= 1;
            assertThat(box.open(altered, "row 1")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 11, 12, 13, 27, 28})
    void whatWasCutOffIsNotOpened(int length) {
        assertThat(box.open(Arrays.copyOf(box.seal("text", "row 1"), length), "row 1"))
                .isEmpty();
    }

    private static SealedBox box(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        SecretKey aes = new SecretKeySpec(key, "AES");
        return new SealedBox(aes, new SecureRandom());
    }
}
