package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.Backends;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.SecretKeyMaterial;
import org.mcpproxy.signing.Profile;

class NodePassesTest {

    private static final URI NODE = URI.create("http://10.0.0.5:3001");
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.US_ASCII);
    private static final Caller ALICE = new Caller(
                    Optional.of("00ualice"),
                    "client",
                    new Scope("mcp"),
                    Optional.of("grant"),
                    Instant.ofEpochSecond(2_000_000_000),
                    Optional.of(new Profile("alice@example.com", Set.of("staff"))))
            .signedOn(new AuthenticationEvent(Optional.of(Instant.ofEpochSecond(1_900_000_000)), Optional.of("phr")));
    private static final Caller SERVICE = new Caller(
            Optional.empty(), "0oaservice", new Scope(), Optional.empty(), Instant.ofEpochSecond(2_000_000_000));

    private final SettableClock clock = new SettableClock();
    private final Set<String> live = new HashSet<>(Set.of("grant"));
    private final NodePasses here = passes(KeyRing.of(material(1)));
    private final NodePasses there = passes(KeyRing.of(material(1)));
    private final NodePassCheck check = check(NODE.toString());
    private final McpEndpoint endpoint = Endpoints.named("files");

    @Test
    void theOtherNodeLearnsWhoCallsAndForWhat() {
        for (Caller caller : List.of(ALICE, SERVICE)) {
            NodePass pass = pass("POST", "session");
            Caller found = presented(here.seal(pass, caller), "POST", "session");

            assertThat(found.pass()).contains(pass);
            assertThat(found).usingRecursiveComparison().ignoringFields("pass").isEqualTo(caller);
        }
    }

    @Test
    void aPassIsGoodForOneRequestAlone() {
        assertInvalid(() -> presented(sealed("POST", "session"), "DELETE", "session"));
        assertInvalid(() -> presented(sealed("POST", "session"), "POST", "another"));
        assertInvalid(() ->
                check.caller(List.of("Node " + sealed("POST", "session")), "POST", Endpoints.named("jira"), "session"));
        NodePass pass = pass("POST", "session");
        assertThatCode(() -> pass.requireFor(BODY)).doesNotThrowAnyException();
        assertInvalid(() -> pass.requireFor("{ }".getBytes(StandardCharsets.US_ASCII)));
    }

    /** Who listens where a node was could have it opened, and answered, by another. */
    @Test
    void aPassIsGoodAtOneNodeAlone() {
        NodePassCheck elsewhere = check("http://10.0.0.6:3001");

        assertInvalid(
                () -> elsewhere.caller(List.of("Node " + sealed("POST", "session")), "POST", endpoint, "session"));
    }

    @Test
    void aPassIsGoodOnce() {
        String sealed = sealed("POST", "session");
        presented(sealed, "POST", "session");

        assertInvalid(() -> presented(sealed, "POST", "session"));
        clock.advance(Duration.ofSeconds(29));
        assertInvalid(() -> presented(sealed, "POST", "session"));
    }

    @Test
    void aPassIsGoodForSeconds() {
        String late = sealed("POST", "session");
        clock.advance(Duration.ofSeconds(31));
        assertInvalid(() -> presented(late, "POST", "session"));

        String early = sealed("POST", "session");
        clock.advance(Duration.ofSeconds(-31));
        assertInvalid(() -> presented(early, "POST", "session"));
    }

    @Test
    void nobodyWithoutOurSecretMakesOne() {
        NodePasses strangers = passes(KeyRing.of(material(2)));
        NodePass pass = pass("POST", "session");

        assertInvalid(() -> presented(strangers.seal(pass, ALICE), "POST", "session"));
        assertInvalid(() -> presented("", "POST", "session"));
        assertInvalid(() -> presented("{\"user\":\"00ualice\"}", "POST", "session"));
        assertRefused(Reason.MALFORMED_REQUEST, () -> check.caller(List.of(), "POST", endpoint, "session"));
    }

    @Test
    void nobodyWithoutOurSecretAnswersOne() {
        NodePass pass = pass("POST", "session");

        assertThat(here.isProven(pass, there.prove(pass))).isTrue();
        assertThat(here.isProven(pass, there.prove(pass("POST", "session")))).isFalse();
        assertThat(here.isProven(pass, passes(KeyRing.of(material(2))).prove(pass)))
                .isFalse();
        assertThat(here.isProven(pass, here.seal(pass, ALICE))).isFalse();
        assertThat(here.isProven(pass, "")).isFalse();
    }

    @Test
    void nodesAgreeWhileTheSecretIsChanged() {
        NodePasses changed = passes(new KeyRing(material(2), List.of(material(1))));
        NodePass pass = pass("POST", "session");

        assertThat(changed.open(here.seal(pass, ALICE)).user()).contains("00ualice");
        assertThat(changed.isProven(pass, here.prove(pass))).isTrue();
    }

    /** Also where the other node has not heard of it. */
    @Test
    void aRevocationHoldsForWhatIsHandedOn() {
        live.clear();
        assertThat(check.standing(presented(sealed("POST", "session"), "POST", "session")))
                .isFalse();
    }

    @Test
    void aServicesStreamEndsWithItsToken() {
        assertThat(check.standing(SERVICE)).isTrue();
        clock.advance(Duration.between(clock.instant(), SERVICE.expiresAt()));
        assertThat(check.standing(SERVICE)).isFalse();
    }

    private String sealed(String method, String session) {
        return here.seal(pass(method, session), ALICE);
    }

    private NodePass pass(String method, String session) {
        return here.make(NODE, method, endpoint.path(), session, BODY);
    }

    private Caller presented(String sealed, String method, String session) {
        return check.caller(List.of("Node " + sealed), method, endpoint, session);
    }

    private static void assertInvalid(ThrowingCallable presenting) {
        assertRefused(Reason.NODE_PASS_INVALID, presenting);
    }

    private NodePassCheck check(String url) {
        return new NodePassCheck(
                there, live::contains, Samples.node(url, Backends.of(Samples.backend(Backend.UNNAMED))), clock);
    }

    private NodePasses passes(KeyRing secrets) {
        return new NodePasses(Samples.settings(secrets), Samples.RANDOM, clock);
    }

    private static SecretKeyMaterial material(int filling) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) filling);
        return new SecretKeyMaterial(bytes);
    }
}
