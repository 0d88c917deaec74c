package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HkdfTest {

    private static final byte[] INPUT = HexFormat.of().parseHex("0b".repeat(22));

    /** RFC 5869 A.3, of whose output ours is the first 32 bytes. */
    @Test
    void aKeyWithoutSaltAndPurposeIsThatOfTheStandard() {
        assertThat(Hkdf.derive(INPUT, new byte[0], "").getEncoded())
                .isEqualTo(hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
    }

    /** RFC 5869 A.1: its {@code info} is no text, so its two steps are made by hand. */
    @Test
    void extractAndExpandAreThoseOfTheStandard() {
        byte[] extracted = Hkdf.hmac(hex("000102030405060708090a0b0c"), INPUT);

        assertThat(extracted).isEqualTo(hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
        assertThat(Hkdf.hmac(extracted, hex("f0f1f2f3f4f5f6f7f8f9" + "01")))
                .isEqualTo(hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
    }

    @Test
    void aPurposeIsWhatTheStandardCallsInfo() {
        byte[] salt = hex("00".repeat(32));
        byte[] extracted = Hkdf.hmac(salt, INPUT);
        byte[] purposeAndCounter = "a purpose\u0001".getBytes(StandardCharsets.UTF_8);

        assertThat(Hkdf.derive(INPUT, salt, "a purpose").getEncoded())
                .isEqualTo(Hkdf.hmac(extracted, purposeAndCounter));
    }

    @Test
    void noTwoPurposesAndNoTwoSecondSecretsShareAKey() {
        byte[] second = {1};

        assertThat(Hkdf.derive(INPUT, new byte[0], "one")).isNotEqualTo(Hkdf.derive(INPUT, new byte[0], "two"));
        assertThat(Hkdf.derive(INPUT, second, "one")).isNotEqualTo(Hkdf.derive(INPUT, new byte[] {2}, "one"));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
