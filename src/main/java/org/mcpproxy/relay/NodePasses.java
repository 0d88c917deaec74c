package org.mcpproxy.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.minidev.json.JSONObject;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Json;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.Profile;

/**
 * Makes and opens the passes by which nodes know each other: sealed with a key that follows from {@code SESSION_SECRET_KEY},
 * which no other program has. Whoever answers seals the pass's nonce in turn.
 */
@Singleton
public class NodePasses {

    private static final Duration GOOD = Duration.ofSeconds(30);
    private static final int MOST_REMEMBERED = 100_000;
    private static final String PASS = "node-pass";
    private static final String PROOF = "node-proof";

    private final SealedBox passes;
    private final SealedBox proofs;
    private final RandomGenerator random;
    private final Clock clock;

    /** Those that were used; longer than a pass is good, from one that is early to one that is late. */
    private final Cache<String, Boolean> used = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(GOOD.multipliedBy(3))
            .executor(Runnable::run)
            .build();

    @Inject
    public NodePasses(Settings settings, RandomGenerator random, Clock clock) {
        this.passes = settings.secretKeys().box(PASS, random);
        this.proofs = settings.secretKeys().box(PROOF, random);
        this.random = random;
        this.clock = clock;
    }

    /** A pass for one request to this node. */
    NodePass make(URI node, String method, String path, String session, byte[] body) {
        return new NodePass(
                Optional.of(node),
                method,
                path,
                session,
                NodePass.hash(body),
                clock.instant(),
                Secret.random(random).value());
    }

    String seal(NodePass pass, Caller caller) {
        Map<String, Object> json = new HashMap<>();
        pass.node().ifPresent(node -> json.put("node", node.toString()));
        json.put("method", pass.method());
        json.put("path", pass.path());
        json.put("session", pass.session());
        json.put("body", pass.bodyHash());
        json.put("at", pass.madeAt().toEpochMilli());
        json.put("nonce", pass.nonce());
        caller.user().ifPresent(user -> json.put("user", user));
        json.put("client", caller.client());
        json.put("scope", caller.scope().toString());
        caller.grant().ifPresent(grant -> json.put("grant", grant));
        json.put("expires", caller.expiresAt().getEpochSecond());
        // Where it is too long, the other node asks the store.
        caller.profile()
                .flatMap(Profile::compressed)
                .ifPresent(
                        profile -> json.put("profile", Base64URL.encode(profile).toString()));
        json.putAll(caller.authentication().claims());
        return Base64URL.encode(passes.seal(Json.write(json), PASS)).toString();
    }

    /**
     * Opens a pass, once.
     *
     * @return who calls, and by which pass
     * @throws Rejection {@code NODE_PASS_INVALID} where no node of ours sealed it, or it is too old or was used before
     */
    Caller open(String sealed) {
        Caller caller = opened(sealed).map(NodePasses::read).orElseThrow(NodePasses::invalid);
        NodePass pass = caller.pass().orElseThrow();
        boolean fresh = Duration.between(pass.madeAt(), clock.instant()).abs().compareTo(GOOD) <= 0;
        if (!fresh || used.asMap().putIfAbsent(pass.nonce(), true) != null) {
            throw invalid();
        }
        return caller;
    }

    private Optional<String> opened(String sealed) {
        try {
            return passes.open(new Base64URL(sealed).decode(), PASS);
        } catch (Rejection e) {
            throw invalid();
        }
    }

    /** What only a node that could open the pass can say. */
    String prove(NodePass pass) {
        return Base64URL.encode(proofs.seal(pass.nonce(), PROOF)).toString();
    }

    boolean isProven(NodePass pass, String proof) {
        try {
            return proofs.open(new Base64URL(proof).decode(), PROOF).equals(Optional.of(pass.nonce()));
        } catch (Rejection e) {
            return false;
        }
    }

    private static Caller read(String text) {
        try {
            JSONObject json = JSONObjectUtils.parse(text);
            NodePass pass = new NodePass(
                    Optional.ofNullable(JSONObjectUtils.getString(json, "node", null))
                            .map(URI::create),
                    JSONObjectUtils.getString(json, "method"),
                    JSONObjectUtils.getString(json, "path"),
                    JSONObjectUtils.getString(json, "session"),
                    JSONObjectUtils.getString(json, "body"),
                    Instant.ofEpochMilli(JSONObjectUtils.getLong(json, "at")),
                    JSONObjectUtils.getString(json, "nonce"));
            return new Caller(
                    Optional.ofNullable(JSONObjectUtils.getString(json, "user", null)),
                    JSONObjectUtils.getString(json, "client"),
                    Scope.parse(JSONObjectUtils.getString(json, "scope")),
                    Optional.ofNullable(JSONObjectUtils.getString(json, "grant", null)),
                    Instant.ofEpochSecond(JSONObjectUtils.getLong(json, "expires")),
                    profile(json),
                    AuthenticationEvent.of(json),
                    Optional.of(pass));
        } catch (ParseException e) {
            throw new IllegalStateException("A sealed pass does not hold what was sealed", e);
        }
    }

    private static Optional<Profile> profile(JSONObject json) throws ParseException {
        return Optional.ofNullable(JSONObjectUtils.getString(json, "profile", null))
                .map(profile -> Profile.ofCompressed(new Base64URL(profile).decode()));
    }

    private static Rejection invalid() {
        return Rejection.of(Reason.NODE_PASS_INVALID);
    }
}
