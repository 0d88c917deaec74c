package org.mcpproxy.bench;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.mcpproxy.bench.Wrk.Result;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/**
 * The relay beside others that do the same or less, each alone on the first core: the backend bare, nginx that checks
 * nothing, HAProxy and Apache that verify the same token, and this proxy on each JDK. In turns within one run, so that
 * what else the machine does falls on all alike. Each is warm, however long that takes. Prints the medians as a table.
 *
 * <p>Arguments: {@code --quick}, and the homes of the JDKs.
 */
public final class RelaySpeed {

    private static final String POLICY = """
            mcp.tools.default=deny
            mcp.tools.a*.groups=engineering
            mcp.tools.delete_*.groups=admins
            """;
    private static final List<Integer> CONNECTIONS = List.of(1, 32, 256);
    private static final String LARGE = "64k";
    private static final String BARE = "bare backend";
    private static final int SOME = 32;

    /** With {@link #SOME} connections some 700 requests a second, which all can answer. */
    private static final Duration REST = Duration.ofMillis(45);

    private final Path script = Path.of(System.getProperty("basedir", ""), "bench/mcp.lua");
    private final PrintStream out = System.out;
    private final boolean quick;
    private final int rounds;
    private final Duration round;
    private final Map<String, Contender> contenders = new LinkedHashMap<>();

    private RelaySpeed(boolean quick) {
        this.quick = quick;
        this.rounds = quick ? 1 : 3;
        this.round = Duration.ofSeconds(quick ? 3 : 6);
    }

    public static void main(String[] arguments) {
        int status = 1;
        try {
            List<String> given = new ArrayList<>(List.of(arguments));
            boolean quick = given.remove("--quick");
            new RelaySpeed(quick).measure(given.stream().map(Path::of).toList());
            status = 0;
        } catch (Exception e) {
            e.printStackTrace();
        }
        // the stand-in Okta's threads would keep the JVM alive
        System.exit(status);
    }

    private void measure(List<Path> jdks) throws Exception {
        Cores.others();
        List<AutoCloseable> started = new ArrayList<>();
        try (OktaTenant okta = OktaTenant.start()) {
            Daemon backend = Daemon.backend();
            started.add(backend);
            contenders.put(BARE, new Contender(backend.mcp(), () -> "", backend.pid()));
            Cores.first();
            Daemon nginx = Daemon.nginx(backend.mcp());
            started.add(nginx);
            contenders.put("nginx, no check", new Contender(nginx.mcp(), () -> "", nginx.pid()));
            for (Path jdk : jdks) {
                ProxySystem proxy = proxy(okta, backend.mcp(), jdk);
                started.add(proxy);
                Cores.others();
                okta.allowRedirect(proxy.at("/oauth/callback"));
                Supplier<String> token = new FreshToken(OAuthClient.publicClient(proxy));
                Cores.first();
                if (contenders.size() == 2) {
                    others(backend, proxy, token, started);
                }
                contenders.put("this proxy, JDK " + version(jdk), new Contender(proxy.mcp(), token, proxy.pid()));
            }
            Cores.others();
            warmUp();
            table();
        } finally {
            for (AutoCloseable each : started) {
                each.close();
            }
        }
    }

    private void others(Daemon backend, ProxySystem proxy, Supplier<String> token, List<AutoCloseable> started)
            throws Exception {
        SignedJWT issued = SignedJWT.parse(token.get());
        String keyId = issued.getHeader().getKeyID();
        RSAKey key = JWKSet.load(new URL(proxy.at("/.well-known/jwks.json").toString()))
                .getKeyByKeyId(keyId)
                .toRSAKey();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(key.toPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        String issuer = issued.getJWTClaimsSet().getIssuer();
        Daemon haproxy = Daemon.haproxy(backend.mcp(), issuer, pem);
        started.add(haproxy);
        contenders.put("HAProxy, jwt_verify", new Contender(haproxy.mcp(), token, haproxy.pid()));
        Daemon apache = Daemon.apache(backend.mcp(), keyId, pem);
        started.add(apache);
        contenders.put("Apache, mod_auth_openidc", new Contender(apache.mcp(), token, apache.pid()));
    }

    /** With rules for what is called; without the access log, as none of the others writes one: the audit has each request. */
    private static ProxySystem proxy(OktaTenant okta, URI backend, Path jdk) throws IOException {
        Path policy = Files.createTempFile("relay-bench", ".properties");
        policy.toFile().deleteOnExit();
        Files.writeString(policy, POLICY);
        return ProxySystem.plan()
                .optimized()
                .named("bench")
                .onJava(jdk)
                .with("OKTA_ISSUER", okta.issuer())
                .with("OKTA_CLIENT_ID", okta.clientId())
                .with("OKTA_CLIENT_SECRET", okta.clientSecret())
                .with("MCP_BACKEND", backend)
                .with("POLICY_FILE", policy)
                .with("ACCESS_LOG", false)
                .with("METRICS_TOKEN", "0123456789abcdef0123456789abcdef")
                .with("RELAY_REQUESTS_PER_MINUTE", 1_000_000)
                .start();
    }

    private void warmUp() throws Exception {
        for (Map.Entry<String, Contender> each : contenders.entrySet()) {
            Duration time = each.getValue().warmUp(new Wrk(script, 32));
            if (each.getKey().startsWith("this proxy")) {
                System.err.println(each.getKey() + " was warm after " + time.toSeconds() + " s of load");
            }
        }
    }

    private void table() throws Exception {
        out.println("| answer, connections | " + String.join(" | ", contenders.keySet()) + " |");
        out.println("| --- |" + " --- |".repeat(contenders.size()));
        for (String answer : List.of("", LARGE)) {
            for (int connections : quick ? List.of(SOME) : CONNECTIONS) {
                row(answer, connections);
            }
        }
        addedTime();
    }

    private void row(String answer, int connections) throws Exception {
        Map<String, Measured> results = inTurns(new Wrk(script, connections).askingFor(answer));
        double haproxy = results.get("HAProxy, jwt_verify").result().rate();
        StringBuilder row = new StringBuilder("| ")
                .append(answer.isEmpty() ? "200 bytes" : "64 KiB")
                .append(", ")
                .append(connections);
        for (Measured each : results.values()) {
            Result result = each.result();
            row.append(" | %,.0f/s (%.2f), p50 %.2f ms, p99 %.1f ms, %.0f µs%s"
                    .formatted(
                            result.rate(),
                            result.rate() / haproxy,
                            result.median(),
                            result.slowest(),
                            each.microseconds(),
                            result.failures()));
        }
        out.println(row.append(" |"));
    }

    /** What each adds to the time of an answer where none is at its limit. */
    private void addedTime() throws Exception {
        Map<String, Measured> results = inTurns(new Wrk(script, SOME).resting(REST));
        Result bare = results.get(BARE).result();
        StringBuilder row = new StringBuilder("| 200 bytes, %d at rest most of the time".formatted(SOME));
        for (Measured each : results.values()) {
            Result result = each.result();
            row.append(" | %,.0f/s, p50 %.2f ms (%+.2f), p99 %.1f ms (%+.1f)"
                    .formatted(
                            result.rate(),
                            result.median(),
                            result.median() - bare.median(),
                            result.slowest(),
                            result.slowest() - bare.slowest()));
        }
        out.println(row.append(" |"));
    }

    /** @return of each contender the median of its rounds */
    private Map<String, Measured> inTurns(Wrk wrk) throws Exception {
        Map<String, List<Measured>> results = new LinkedHashMap<>();
        for (int i = 0; i < rounds; i++) {
            for (Map.Entry<String, Contender> each : contenders.entrySet()) {
                results.computeIfAbsent(each.getKey(), name -> new ArrayList<>())
                        .add(each.getValue().run(wrk, round));
            }
        }
        Map<String, Measured> medians = new LinkedHashMap<>();
        results.forEach((name, measured) -> medians.put(name, median(measured)));
        return medians;
    }

    private static Measured median(List<Measured> results) {
        return results.stream()
                .sorted(Comparator.comparingDouble(each -> each.result().rate()))
                .toList()
                .get(results.size() / 2);
    }

    private static String version(Path jdk) {
        return jdk.getFileName().toString().replaceAll("\\D*(\\d+).*", "$1");
    }

    /** @param microseconds of processor time for each request: what else the machine does changes it least */
    private record Measured(Result result, double microseconds) {}

    private record Contender(URI target, Supplier<String> token, long pid) {

        private static final Duration PART = Duration.ofSeconds(10);
        private static final int MOST_PARTS = 60;
        private static final int PARTS_WITHOUT_GAIN = 4;
        private static final double GAIN = 1.03;

        /** @return after which time no part of the load was answered faster than those before */
        Duration warmUp(Wrk wrk) throws Exception {
            wrk.warmUp(target, token.get(), PART);
            double best = 0;
            int bestPart = 0;
            for (int part = 1; part < MOST_PARTS && part - bestPart <= PARTS_WITHOUT_GAIN; part++) {
                double rate = wrk.run(target, token.get(), PART).rate();
                if (rate > best * GAIN) {
                    best = rate;
                    bestPart = part;
                }
            }
            return PART.multipliedBy(bestPart);
        }

        Measured run(Wrk wrk, Duration time) throws Exception {
            String bearer = token.get();
            long begin = ProcessorTime.millis(pid);
            Result result = wrk.run(target, bearer, time);
            double used = (ProcessorTime.millis(pid) - begin) * 1000.0;
            return new Measured(result, used / (result.rate() * time.toSeconds()));
        }
    }

    /** One that has long to live: a whole run takes longer than a token does. */
    private static final class FreshToken implements Supplier<String> {

        private static final Duration GOOD = Duration.ofMinutes(5);

        private final OAuthClient client;
        private String token;
        private long since;

        FreshToken(OAuthClient client) {
            this.client = client;
        }

        @Override
        public String get() {
            if (token == null || System.nanoTime() - since > GOOD.toNanos()) {
                token = client.signOn("alice").get("access_token");
                since = System.nanoTime();
            }
            return token;
        }
    }
}
