package org.mcpproxy.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
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

    /** As many as Okta puts into a token. */
    @Test
    void whoIsInAHundredGroupsWithLongNamesHasThemInTheToken() {
        Profile many = new Profile(
                "alice@example.com",
                IntStream.range(0, 100).mapToObj(SealedProfilesTest::longName).collect(Collectors.toSet()));

        assertThat(many.groups())
                .hasSize(100)
                .allSatisfy(name -> assertThat(name).hasSizeGreaterThanOrEqualTo(80));
        assertThat(reopened(many)).contains(many);
    }

    private static String longName(int i) {
        String[] regions = {"emea", "apac", "north-america", "latin-america"};
        String[] departments = {"engineering", "customer-support", "finance-controlling", "legal", "data-platform"};
        String[] roles = {"administrators", "readers", "approvers", "on-call-responders", "contractors"};
        return String.format(
                "corp-%s-%s-project-%04x-%s-production-environment-of-the-shared-platform-%06d",
                regions[i % 4], departments[i / 4 % 5], i * 7919 % 65_536, roles[i / 20], i * 104_729 % 1_000_000);
    }

    /** The store knows them; a token that no server's header has room for would help nobody. */
    @Test
    void whoIsInTooManyGroupsHasNoneInTheToken() {
        Random random = new Random(1);
        Profile unlike = new Profile(
                null,
                IntStream.range(0, 100)
                        .mapToObj(i -> random.ints(80, 'a', 'z' + 1)
                                .mapToObj(Character::toString)
                                .collect(Collectors.joining()))
                        .collect(Collectors.toSet()));

        assertThat(profiles.seal(unlike, "token")).isEmpty();
        assertThat(profiles.seal(inGroups(100_000), "token")).isEmpty();
    }

    /** During an upgrade, from node to node: the store is asked. */
    @Test
    void aTokenOfTheVersionThatDidNotCompressSaysNothing() {
        byte[] sealed = KeyRing.of(material(1))
                .box("access-token-profile", "token".getBytes(StandardCharsets.UTF_8), Samples.RANDOM)
                .seal("{\"groups\":[\"admins\"]}", "token");

        assertThat(profiles.open(Base64URL.encode(sealed).toString(), "token")).isEmpty();
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
