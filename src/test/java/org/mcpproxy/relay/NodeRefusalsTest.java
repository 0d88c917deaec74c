package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.RequiredSignOn;
import org.mcpproxy.oauth.SecretKeyMaterial;

class NodeRefusalsTest {

    private static final URI NODE = URI.create("http://10.0.0.5:3001");
    private static final KeyRing SECRET = KeyRing.of(material(1));

    private final NodePasses passes = new NodePasses(Samples.settings(SECRET), Samples.RANDOM, new SettableClock());
    private final NodeRefusals here = refusals(SECRET);
    private final NodeRefusals there = refusals(SECRET);
    private final NodePass pass =
            passes.make(NODE, "POST", "/mcp", "session", "{}".getBytes(StandardCharsets.US_ASCII));

    @Test
    void aStepUpIsToldWhole() {
        RequiredSignOn signOn = new RequiredSignOn(
                Optional.of(Duration.ofMinutes(5)), Optional.of(List.of("urn:okta:loa:2fa:any", "phr")));

        Rejection told = told(Rejection.needing(Reason.AUTHENTICATION_INSUFFICIENT, new Scope("mcp", "pay"), signOn));

        assertThat(told.reason()).isEqualTo(Reason.AUTHENTICATION_INSUFFICIENT);
        assertThat(told.scope()).contains(new Scope("mcp", "pay"));
        assertThat(told.signOn()).contains(signOn);
        assertThat(told.retryAfter()).isEmpty();
    }

    @Test
    void everyReasonIsTold() {
        for (Reason reason : Reason.values()) {
            assertThat(told(Rejection.of(reason)).reason()).isEqualTo(reason);
        }
        Rejection paused = told(Rejection.until(Reason.CALLER_TOO_BUSY, Duration.ofSeconds(7)));
        assertThat(paused.retryAfter()).contains(Duration.ofSeconds(7));
    }

    @Test
    void oneOfAnotherRequestOrAnotherSecretIsNone() {
        Rejection why = Rejection.of(Reason.AUTHENTICATION_INSUFFICIENT);
        NodePass other = passes.make(NODE, "POST", "/mcp", "session", "{}".getBytes(StandardCharsets.US_ASCII));

        assertThat(here.open(pass, there.seal(other, why))).isEmpty();
        assertThat(here.open(pass, refusals(KeyRing.of(material(2))).seal(pass, why)))
                .isEmpty();
        assertThat(here.open(pass, passes.prove(pass))).isEmpty();
        for (String stranger : List.of("", "x", "AUTHENTICATION_INSUFFICIENT")) {
            assertThat(here.open(pass, stranger)).isEmpty();
        }
    }

    private Rejection told(Rejection why) {
        return here.open(pass, there.seal(pass, why)).orElseThrow();
    }

    private static NodeRefusals refusals(KeyRing secrets) {
        return new NodeRefusals(Samples.settings(secrets), Samples.RANDOM);
    }

    private static SecretKeyMaterial material(int filling) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) filling);
        return new SecretKeyMaterial(bytes);
    }
}
