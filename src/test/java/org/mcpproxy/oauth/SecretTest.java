package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SecretTest {

    @Test
    void aSecretIsNeverShown() {
        assertThat(new Secret("hunter2")).hasToString("[secret]");
        assertThat(Set.of(new Secret("hunter2")).toString()).doesNotContain("hunter2");
    }

    @Test
    void randomSecretsAreOf256BitsAndNeverAlike() {
        SecureRandom random = new SecureRandom();
        Set<String> values =
                Stream.generate(() -> Secret.random(random).value()).limit(1000).collect(Collectors.toSet());

        assertThat(values).hasSize(1000).allMatch(value -> value.matches("[A-Za-z0-9_-]{43}"));
    }

    /** FIPS 180-4's own example, in base64url. */
    @Test
    void itIsStoredAsItsSha256() {
        assertThat(new Secret("abc").hash()).isEqualTo("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }

    @Test
    void onlyTheSecretItselfHashesToItsHash() {
        String hash = new Secret("one").hash();

        assertThat(new Secret("one").hashesTo(hash)).isTrue();
        assertThat(new Secret("two").hashesTo(hash)).isFalse();
        assertThat(new Secret("one").hashesTo("")).isFalse();
        assertThat(new Secret("one").hashesTo(hash + "x")).isFalse();
    }

    @Test
    void secretsAreEqualByValue() {
        assertThat(new Secret("one")).isEqualTo(new Secret("one")).hasSameHashCodeAs(new Secret("one"));
        assertThat(new Secret("one")).isNotEqualTo(new Secret("two")).isNotEqualTo("one");
    }
}
