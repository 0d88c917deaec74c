package org.mcpproxy.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.mcpproxy.bench.Wrk.Result;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/**
 * Requests per second through {@code /mcp} with a valid token, and to the bare backend, in turns within one run: what else
 * the machine does falls on both alike. Prints the medians.
 */
public final class Throughput {

    private static final int CONNECTIONS = 32;
    private static final int ROUNDS = 5;
    private static final Duration ONE_ROUND = Duration.ofSeconds(8);
    private static final Duration WARM_UP = Duration.ofSeconds(45);

    private final Wrk wrk = new Wrk(Path.of(System.getProperty("basedir", ""), "bench/mcp.lua"), CONNECTIONS);
    private final PrintStream out;

    private Throughput(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        try (OktaTenant okta = OktaTenant.start();
                ConstantBackend backend = ConstantBackend.start();
                ProxySystem proxy = proxy(okta, backend)) {
            okta.allowRedirect(proxy.at("/oauth/callback"));
            String token = OAuthClient.publicClient(proxy)
                    .signOn("alice")
                    .get("access_token")
                    .toString();
            new Throughput(System.out).measure(backend.uri(), proxy, token);
        }
        System.exit(0);
    }

    private static ProxySystem proxy(OktaTenant okta, ConstantBackend backend) {
        return ProxySystem.plan()
                .optimized()
                .named("bench")
                .with("OKTA_ISSUER", okta.issuer())
                .with("OKTA_CLIENT_ID", okta.clientId())
                .with("OKTA_CLIENT_SECRET", okta.clientSecret())
                .with("MCP_BACKEND", backend.uri())
                .with("RELAY_REQUESTS_PER_MINUTE", 1_000_000)
                .start();
    }

    private void measure(URI backend, ProxySystem proxy, String token) throws IOException, InterruptedException {
        wrk.run(backend, "", WARM_UP.dividedBy(4));
        wrk.run(proxy.mcp(), token, WARM_UP);
        List<Result> bare = new ArrayList<>();
        List<Result> proxied = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            bare.add(wrk.run(backend, "", ONE_ROUND));
            proxied.add(wrk.run(proxy.mcp(), token, ONE_ROUND));
        }
        row("bare backend", bare);
        row("through /mcp, with a valid token", proxied);
        out.printf("| resident memory of the proxy after that load | %d MB |%n", ResidentMemory.megabytes(proxy.pid()));
    }

    private void row(String what, List<Result> results) {
        List<Result> sorted = results.stream()
                .sorted(Comparator.comparingDouble(Result::rate))
                .toList();
        Result median = sorted.get(sorted.size() / 2);
        out.printf(
                "| %s | %,.0f requests/s (%,.0f to %,.0f), 99 %% within %.1f ms%s |%n",
                what,
                median.rate(),
                sorted.get(0).rate(),
                sorted.get(sorted.size() - 1).rate(),
                median.slowest(),
                median.failures());
    }
}
