package org.mcpproxy.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.SecretKeyMaterial;

class SealedProfilesTest {

    private static final Profile ALICE = new Profile("alice@example.com", Set.of("engineering", "Grüße"));

    private final SealedProfiles profiles = node(KeyRing.of(material(1)));

    @Test
    void whatWasSealedIsOpened() {
        assertThat(reopened(ALICE)).contains(ALICE);
        assertThat(reopened(Profile.UNKNOWN)).contains(Profile.UNKNOWN);
    }

    @Test
    void aProfileCannotBePutIntoAnotherToken() {
        assertThat(profiles.open(profiles.seal(ALICE, "token").orElseThrow(), "other"))
                .isEmpty();
    }

    @Test
    void twoTokensOfOneUserShareNothing() {
        String sealed = profiles.seal(ALICE, "token").orElseThrow();

        assertThat(profiles.seal(ALICE, "token").orElseThrow()).isNotEqualTo(sealed);
    }

    /** Whoever may look at the token must not see by its length that somebody became an administrator. */
    @Test
    void theLengthDoesNotTellOneGroupFromAnother() {
        assertThat(length(Set.of("Everyone")))
                .isEqualTo(length(Set.of("Everyone", "admins")))
                .isEqualTo(length(Set.of("Everyone", "Grüße", "\"quoted\"")))
                .isEqualTo(length(Set.of()));
    }

    private int length(Set<String> groups) {
        return profiles.seal(new Profile("alice@example.com", groups), "token")
                .orElseThrow()
                .length();
    }

    /** The store knows them; a token that no server's header has room for would help nobody. */
    @Test
    void whoIsInTooManyGroupsHasNoneInTheToken() {
        assertThat(reopened(inGroups(100))).contains(inGroups(100));
        assertThat(profiles.seal(inGroups(150), "token")).isEmpty();
    }

    @Test
    void anotherSecretOpensWhatItListsAsPrevious() {
        String sealed = profiles.seal(ALICE, "token").orElseThrow();

        assertThat(node(new KeyRing(material(2), List.of(material(1)))).open(sealed, "token"))
                .contains(ALICE);
        assertThat(node(KeyRing.of(material(2))).open(sealed, "token")).isEmpty();
    }

    @Test
    void whatIsNotSealedIsNotOpened() {
        assertThat(profiles.open("", "token")).isEmpty();
        assertThat(profiles.open("{\"groups\":[\"admins\"]}", "token")).isEmpty();
    }

    private Optional<Profile> reopened(Profile profile) {
        return profiles.open(profiles.seal(profile, "token").orElseThrow(), "token");
    }

    private static Profile inGroups(int count) {
        return new Profile(
                "alice@example.com",
                IntStream.range(0, count)
                        .mapToObj(i -> String.format("a-group-with-a-usual-name-%04d", i))
                        .collect(Collectors.toSet()));
    }

    private static SealedProfiles node(KeyRing secrets) {
        return new SealedProfiles(Samples.settings(secrets), Samples.RANDOM);
    }

    private static SecretKeyMaterial material(int filling) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) filling);
        return new SecretKeyMaterial(bytes);
    }
}
