package org.mcpproxy.upstream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * An issuer inside the container whose every answer a test can set, wrong ones above all. It is no judge of requests: that
 * is the stand-in Okta's part.
 */
@ApplicationScoped
class ScriptedIssuer {

    /** What was asked. */
    record Call(String path, String authorization, Map<String, String> form) {}

    /** What is answered instead. */
    record Answer(int status, Map<String, String> headers, String body, Pace pace) {

        /** How it comes: whole, not before the issuer is reset, over and over, or a bit ten times a second. */
        enum Pace {
            WHOLE,
            STALLED,
            ENDLESS,
            DRIPPING
        }

        static Answer of(int status, String body) {
            return new Answer(status, Map.of(), body, Pace.WHOLE);
        }

        static Answer none() {
            return new Answer(200, Map.of(), "{}", Pace.STALLED);
        }

        static Answer endless(Pace pace) {
            return new Answer(200, Map.of(), " ".repeat(pace == Pace.DRIPPING ? 1 : 8192), pace);
        }

        Answer with(String header, String value) {
            return new Answer(status, Map.of(header, value), body, pace);
        }
    }

    static final String CLIENT_ID = "0oaproxy";
    static final String AUDIENCE = "https://mcp.example/okta";

    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Map<String, Answer> instead = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();
    private HttpServer server;
    private volatile List<RSAKey> keys = List.of();
    private volatile CountDownLatch stalls = new CountDownLatch(1);
    private volatile Consumer<JWTClaimsSet.Builder> idToken = claims -> {};
    private volatile Consumer<Map<String, Object>> tokens = answer -> {};
    private volatile Map<String, Object> userInfo = Map.of();
    private volatile Consumer<Map<String, Object>> discovery = document -> {};
    private volatile String nonce;
    private volatile JWSAlgorithm algorithm = JWSAlgorithm.RS256;

    @PostConstruct
    void start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        reset();
    }

    @PreDestroy
    void stop() {
        stalls.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    /** As good as new, with a new key. */
    void reset() {
        stalls.countDown();
        stalls = new CountDownLatch(1);
        instead.clear();
        calls.clear();
        idToken = claims -> {};
        tokens = answer -> {};
        discovery = document -> {};
        userInfo = Map.of("sub", "00ualice", "groups", List.of("from-user-info"));
        algorithm = JWSAlgorithm.RS256;
        rotateKeys();
    }

    void rotateKeys() {
        keys = List.of(newKey());
    }

    void addKey() {
        List<RSAKey> more = new ArrayList<>(keys);
        more.add(0, newKey());
        keys = List.copyOf(more);
    }

    RSAKey key() {
        return keys.get(0);
    }

    URI issuer() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/oauth2/default");
    }

    void expectNonce(String value) {
        this.nonce = value;
    }

    void idToken(Consumer<JWTClaimsSet.Builder> change) {
        this.idToken = change;
    }

    void idTokenAlgorithm(JWSAlgorithm value) {
        this.algorithm = value;
    }

    void tokens(Consumer<Map<String, Object>> change) {
        this.tokens = change;
    }

    void userInfo(Map<String, Object> claims) {
        this.userInfo = claims;
    }

    void discovery(Consumer<Map<String, Object>> change) {
        this.discovery = change;
    }

    /** @param path after the issuer's own */
    void answerInstead(String path, Answer answer) {
        instead.put(path, answer);
    }

    List<Call> calls(String path) {
        return calls.stream().filter(call -> call.path().equals(path)).toList();
    }

    /** How many calls were under way at once, at most. */
    int mostUnderWay() {
        return mostUnderWay.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        try (exchange) {
            String path = exchange.getRequestURI()
                    .getPath()
                    .substring(Math.min(
                            issuer().getPath().length(),
                            exchange.getRequestURI().getPath().length()));
            calls.add(new Call(path, exchange.getRequestHeaders().getFirst("Authorization"), form(exchange)));
            Answer answer = instead.get(path);
            if (answer == null) {
                answer = Answer.of(200, usual(path));
            }
            send(exchange, answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.decrementAndGet();
        }
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException, InterruptedException {
        CountDownLatch end = stalls;
        if (answer.pace() == Answer.Pace.STALLED) {
            end.await(60, TimeUnit.SECONDS);
        }
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        if (answer.pace() == Answer.Pace.ENDLESS || answer.pace() == Answer.Pace.DRIPPING) {
            exchange.sendResponseHeaders(answer.status(), 0);
            repeat(exchange.getResponseBody(), body, answer.pace() == Answer.Pace.DRIPPING ? 100 : 0, end);
        } else {
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static void repeat(OutputStream out, byte[] body, int pause, CountDownLatch end)
            throws IOException, InterruptedException {
        while (!end.await(pause, TimeUnit.MILLISECONDS)) {
            out.write(body);
            out.flush();
        }
    }

    private static Map<String, String> form(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> form = new HashMap<>();
        URLUtils.parseParameters(body).forEach((name, values) -> form.put(name, values.get(0)));
        return form;
    }

    private String usual(String path) {
        return switch (path) {
            case "/.well-known/openid-configuration" -> json(document());
            case "/v1/keys" -> new JWKSet(new ArrayList<JWK>(keys)).toString(true);
            case "/v1/token" -> json(tokenAnswer());
            case "/v1/userinfo" -> json(userInfo);
            default -> "{}";
        };
    }

    private Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("issuer", issuer().toString());
        document.put("authorization_endpoint", issuer() + "/v1/authorize");
        document.put("token_endpoint", issuer() + "/v1/token");
        document.put("jwks_uri", issuer() + "/v1/keys");
        document.put("userinfo_endpoint", issuer() + "/v1/userinfo");
        document.put("revocation_endpoint", issuer() + "/v1/revoke");
        document.put("end_session_endpoint", issuer() + "/v1/logout");
        document.put("response_types_supported", List.of("code"));
        document.put("subject_types_supported", List.of("public"));
        document.put("id_token_signing_alg_values_supported", List.of("RS256"));
        discovery.accept(document);
        return document;
    }

    private Map<String, Object> tokenAnswer() {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("token_type", "Bearer");
        answer.put("access_token", "okta-access-token");
        answer.put("refresh_token", "okta-refresh-token");
        answer.put("expires_in", 3600);
        answer.put("id_token", signedIdToken());
        tokens.accept(answer);
        return answer;
    }

    private String signedIdToken() {
        Instant now = Instant.now();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer().toString())
                .audience(CLIENT_ID)
                .subject("00ualice")
                .claim("name", "Alice")
                .claim("email", "alice@example.com")
                .claim("groups", List.of("Everyone", "engineering"))
                .claim("nonce", nonce)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)));
        idToken.accept(claims);
        return algorithm.equals(JWSAlgorithm.RS256) ? signed(key(), claims.build()) : signedWithSecret(claims.build());
    }

    /** As someone signs who knows the client secret only. */
    private String signedWithSecret(JWTClaimsSet claims) {
        try {
            SignedJWT jwt = new SignedJWT(new JWSHeader(algorithm), claims);
            jwt.sign(new MACSigner(UpstreamDeployment.CLIENT_SECRET));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String signed(RSAKey key, JWTClaimsSet claims) {
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims);
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048)
                    .keyUse(KeyUse.SIGNATURE)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(Map<String, Object> object) {
        return JSONObjectUtils.toJSONString(object);
    }
}
