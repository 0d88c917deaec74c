package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.AddressLimits;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.CorsOrigins;
import org.mcpproxy.config.Lifetimes;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.signing.SigningKeys;

class OwnTokenCheckTest {

    private static final String MCP = "https://mcp.example/mcp";

    private final SettableClock clock = new SettableClock();
    private final CountedKeys keys = new CountedKeys();
    private final Set<String> live = new HashSet<>(Set.of("grant"));
    private final AccessTokens tokens = new AccessTokens(settings(), keys, clock);
    private final OwnTokenCheck check =
            new OwnTokenCheck(settings(), new VerifiedTokens(tokens, clock), live::contains);

    @Test
    void aTokenOfOursTellsWhoCalls() {
        Caller caller = call(mint(MCP, "mcp offline_access", Duration.ofMinutes(10)));
        assertThat(caller.user()).contains("user");
        assertThat(caller.client()).isEqualTo("client");
        assertThat(caller.grant()).contains("grant");
    }

    @Test
    void aTokenIsVerifiedOnceInAFewSeconds() {
        String token = mint(MCP, "mcp", Duration.ofMinutes(10));
        call(token);
        call(token);
        assertThat(keys.asked).isEqualTo(1);
        clock.advance(Duration.ofSeconds(11));
        call(token);
        assertThat(keys.asked).isEqualTo(2);
    }

    @Test
    void theGrantIsAskedForEveryTime() {
        String token = mint(MCP, "mcp", Duration.ofMinutes(10));
        Caller caller = call(token);
        assertThat(check.standing(caller)).isTrue();
        live.clear();
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_REVOKED);
        assertThat(check.standing(caller)).isFalse();
    }

    @Test
    void aRememberedTokenExpiresAllTheSame() {
        String token = mint(MCP, "mcp", Duration.ofSeconds(5));
        call(token);
        clock.advance(Duration.ofSeconds(5));
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_EXPIRED);
    }

    @Test
    void aTokenForAnotherResourceIsRefused() {
        assertThat(refusal(mint("https://mcp.example/okta/mcp", "mcp", Duration.ofMinutes(10))))
                .isEqualTo(Reason.TOKEN_AUDIENCE_WRONG);
    }

    @Test
    void aTokenWithoutTheBaselineScopeIsRefused() {
        assertThat(refusal(mint(MCP, "offline_access", Duration.ofMinutes(10)))).isEqualTo(Reason.SCOPE_INSUFFICIENT);
    }

    @Test
    void anyOtherBearerStringIsRefused() {
        assertThat(refusal("anything")).isEqualTo(Reason.TOKEN_MALFORMED);
        String token = mint(MCP, "mcp", Duration.ofMinutes(10));
        assertThat(refusal(token.substring(0, token.lastIndexOf('.') + 1) + "AAAA"))
                .isEqualTo(Reason.TOKEN_SIGNATURE_WRONG);
    }

    private Caller call(String token) {
        return check.caller(List.of("Bearer " + token), null);
    }

    private Reason refusal(String token) {
        return catchThrowableOfType(Rejection.class, () -> call(token)).reason();
    }

    private String mint(String audience, String scope, Duration life) {
        Instant end = clock.instant().plus(life);
        return tokens.mint(new AccessToken("user", "client", audience, Scope.parse(scope), "grant", "id", end))
                .value();
    }

    private static Settings settings() {
        return new Settings(
                URI.create("https://mcp.example"),
                3001,
                Set.of(),
                Set.of(),
                new CorsOrigins(false, Set.of()),
                null,
                new Backend(URI.create("http://localhost:1/mcp")),
                null,
                Lifetimes.standard(),
                AddressLimits.standard(),
                RelayLimits.standard());
    }

    private static final class CountedKeys implements SigningKeys {

        private static final RSAKey KEY = key();
        private int asked;

        private static RSAKey key() {
            try {
                return new RSAKeyGenerator(2048).keyID("k").generate();
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public RSAKey current() {
            return KEY;
        }

        @Override
        public Optional<RSAKey> find(String keyId) {
            asked++;
            return Optional.of(KEY);
        }

        @Override
        public JWKSet published() {
            return new JWKSet(KEY.toPublicJWK());
        }
    }

    private static final class SettableClock extends Clock {

        private Instant now = Instant.parse("2026-11-23T10:00:00Z");

        void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
