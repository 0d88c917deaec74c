package org.mcpproxy.store;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshToken.Rotation;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.upstream.SignOnDemands;

/** What the contracts keep in a store: grants of ids, and codes and tokens of hashes, that a test chooses. */
final class Kept {

    static final Duration SIGN_ON = Duration.ofMinutes(10);
    static final Duration UNUSED = Duration.ofDays(30);
    static final Duration CODE = Duration.ofSeconds(60);

    static final Instant AUTHENTICATED = Instant.parse("2026-11-23T08:00:00Z");

    private final Store store;
    private final Clock clock;
    private final AtomicInteger numbers = new AtomicInteger();

    Kept(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Tells racers apart. */
    AtomicInteger numbers() {
        return numbers;
    }

    Grant grant(String id) {
        return new Grant(
                id,
                "client",
                Samples.ALICE,
                Scopes.offered(),
                Resources.of(Samples.RESOURCE, Samples.ISSUER + "/files/mcp"),
                clock.instant(),
                clock.instant().plus(SIGN_ON),
                new AuthenticationEvent(Optional.of(AUTHENTICATED), Optional.of("phr")));
    }

    AuthorizationCode code(String grant, String hash) {
        return new AuthorizationCode(
                hash,
                grant,
                "client",
                Samples.REDIRECT_URI,
                "challenge",
                Optional.of("nönce ✓"),
                Optional.of("key of " + hash),
                clock.instant().plus(CODE),
                false);
    }

    /** Begun by a device, whose user code's hash is made from the other. */
    DeviceAuthorization device(String hash, String clientId) {
        return new DeviceAuthorization(
                hash,
                "user code of " + hash,
                clientId,
                Scopes.offered(),
                Resources.of(Samples.RESOURCE, Samples.ISSUER + "/files/mcp"),
                new SignOnDemands(false, Optional.of(Duration.ofMinutes(5)), Optional.empty(), List.of("phr", "phrh")),
                "payer of " + hash,
                "203.0.113.9",
                clock.instant(),
                clock.instant().plus(SIGN_ON),
                Decision.PENDING,
                Optional.empty());
    }

    RefreshToken token(String grant, String hash) {
        return new RefreshToken(
                hash,
                "family-" + grant,
                grant,
                "client",
                Optional.of("key of " + grant),
                clock.instant().plus(UNUSED),
                Optional.empty());
    }

    Rotation rotation(String answer) {
        return new Rotation(clock.instant(), bytes(answer));
    }

    /** Redeems a code for the first refresh token of a grant. */
    void redeemed(String grant, String firstHash) {
        AuthorizationCode code = code(grant, "code-" + grant);
        store.codes.issue(code);
        redeem(code, firstHash);
    }

    boolean redeem(AuthorizationCode code, String firstHash) {
        RefreshToken first = token(code.grantId(), firstHash);
        return store.codes.redeem(code, Optional.of(first), first.expiresAt());
    }

    /** The hashes of all refresh tokens. */
    List<String> tokens() {
        return column("SELECT hash FROM refresh_token");
    }

    List<String> column(String sql) {
        return store.database.with(
                handle -> handle.select(sql).mapTo(String.class).list());
    }

    /** Shaped as sealed tokens are: the id of a secret, then what it sealed. */
    static byte[] sealed(String text) {
        return bytes("secretid" + text);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
