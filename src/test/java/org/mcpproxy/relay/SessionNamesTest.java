package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.oauth.SecretKeyMaterial;

class SessionNamesTest {

    private static final SessionOwner ALICE = owner("alice", "inspector");
    private static final SessionProof HERE = SessionProof.noted(Optional.empty());

    private static final Instant OPENED_AT = Instant.ofEpochSecond(1_900_000_000);

    private final SessionNames names = node(KeyRing.of(material(1)));

    @Test
    void aNameTellsTheBackendsIdAndWhatWasSealed() {
        Optional<URI> node = Optional.of(URI.create("http://10.0.0.5:3001"));
        SessionProof unnoted = SessionProof.unnoted(Optional.empty(), OPENED_AT);

        for (SessionProof proof :
                List.of(HERE, SessionProof.noted(node), unnoted, SessionProof.unnoted(node, OPENED_AT))) {
            String name = names.name("id", "files", ALICE, proof);
            assertThat(names.read(name, "files", ALICE)).isEqualTo(new NamedSession(name, "id", Optional.of(proof)));
        }
    }

    /** MCP lets a backend choose any visible ASCII, and a row may know any length of it. */
    @Test
    void aBackendMayChooseAnyId() {
        for (String id : List.of("", ".", "a.b", "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", "1:x", "i".repeat(1024))) {
            String name = names.name(id, "", ALICE, HERE);
            assertThat(name).matches("[!-~]+");
            assertThat(names.read(name, "", ALICE).id()).isEqualTo(id);
        }
    }

    /** So that an id which looks like one of our names is still that backend's id. */
    @Test
    void aNameMayBeTheIdOfAnother() {
        String inner = names.name("id", "", ALICE, HERE);
        String outer = names.name(inner, "", ALICE, HERE);

        assertThat(names.read(outer, "", ALICE).id()).isEqualTo(inner);
    }

    @Test
    void anotherUserClientBackendOrIdHasNoProof() {
        String name = names.name("id", "files", ALICE, HERE);

        unproven(name, "files", owner("bob", "inspector"));
        unproven(name, "files", owner("alice", "cursor"));
        unproven(name, "files", new SessionOwner(Optional.empty(), "inspector"));
        unproven(name, "", ALICE);
        unproven(name, "jira", ALICE);
        unproven("x" + name, "files", ALICE);
        unproven(name.substring(1), "files", ALICE);
    }

    @Test
    void noPartCanBeLengthenedAtTheCostOfTheNext() {
        unproven(names.name("id", "f", owner("ile", "c"), HERE), "fi", owner("le", "c"));
        unproven(names.name("id", "", owner("a", "bc"), HERE), "", owner("ab", "c"));
        String name = names.name("d", "", owner("a", "ci"), HERE);
        unproven("i" + name, "", owner("a", "c"));
        unproven(names.name("id", "", owner("", "c"), HERE), "", new SessionOwner(Optional.empty(), "c"));
    }

    @Test
    void whatIsNoNameIsTakenForAnId() {
        for (String sent :
                List.of("", "id", ".", "id.", ".id", "id.*", "id.\u00e9", "a.b.c", "id." + "A".repeat(400))) {
            unproven(sent, "", ALICE);
        }
    }

    @Test
    void aSealIsNotMovedCutOrAltered() {
        String name = names.name("id", "", ALICE, HERE);
        String seal = name.substring("id.".length());

        unproven(name + "." + seal, "", ALICE);
        unproven(name.substring(0, name.length() - 4), "", ALICE);
        for (int at = "id.".length(); at < name.length() - 1; at++) {
            char other = name.charAt(at) == 'A' ? 'B' : 'A';
            unproven(name.substring(0, at) + other + name.substring(at + 1), "", ALICE);
        }
    }

    @Test
    void aSecretThatIsListedAsPreviousStillProves() {
        String name = names.name("id", "", ALICE, HERE);

        assertThat(node(new KeyRing(material(2), List.of(material(1))))
                        .read(name, "", ALICE)
                        .proof())
                .contains(HERE);
        assertThat(node(KeyRing.of(material(2))).read(name, "", ALICE))
                .as("the store still knows it by its id")
                .isEqualTo(new NamedSession(name, "id", Optional.empty()));
    }

    /** Which did not tell since when the store had not been told. */
    @Test
    void aNameOfAFormerVersionStillProves() {
        Optional<URI> node = Optional.of(URI.create("http://10.0.0.5:3001"));

        assertThat(names.read(formerName("+http://10.0.0.5:3001"), "", ALICE).proof())
                .contains(SessionProof.noted(node));
        assertThat(names.read(formerName("-http://10.0.0.5:3001"), "", ALICE).proof())
                .contains(SessionProof.unnoted(node, Instant.EPOCH));
        assertThat(names.read(formerName("-"), "", ALICE).proof())
                .contains(SessionProof.unnoted(Optional.empty(), Instant.EPOCH));
    }

    private static String formerName(String sealed) {
        SealedBox box = KeyRing.of(material(1)).box("session-name", Samples.RANDOM);
        return "id."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(box.seal(sealed, "0:10:user alice9:inspector2:id"));
    }

    private void unproven(String name, String backend, SessionOwner owner) {
        assertThat(names.read(name, backend, owner).proof()).as(name).isEmpty();
    }

    private static SessionOwner owner(String user, String client) {
        return new SessionOwner(Optional.of(user), client);
    }

    private static SessionNames node(KeyRing secrets) {
        return new SessionNames(Samples.settings(secrets), Samples.RANDOM);
    }

    private static SecretKeyMaterial material(int filling) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) filling);
        return new SecretKeyMaterial(bytes);
    }
}
