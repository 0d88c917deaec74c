package org.mcpproxy.bench;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.mcpproxy.store.SharedStore;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Cluster;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/**
 * Sign-ons and refreshes per second on a PostgreSQL, with one node and with two in turns, and what a node needs when very
 * many grants live. Everything shares the machine: the nodes, PostgreSQL, the stand-in Okta and the clients.
 */
public final class StoreThroughput {

    private static final int THREADS = 8;
    private static final int GRANTS = 64;
    private static final int ROUNDS = 3;
    private static final Duration ONE_ROUND = Duration.ofSeconds(10);
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration IDLE = Duration.ofSeconds(20);
    private static final int MANY = 10_000;
    private static final int VERY_MANY = 1_000_000;

    private final Cluster cluster;
    private final SharedStore store;
    private final PrintStream out;
    private final ExecutorService clients = Executors.newFixedThreadPool(THREADS);

    private StoreThroughput(Cluster cluster, PrintStream out) {
        this.cluster = cluster;
        this.store = cluster.store();
        this.out = out;
    }

    public static void main(String[] arguments) {
        int status = 1;
        try (Cluster cluster = Cluster.shared()) {
            new StoreThroughput(cluster, System.out).measure();
            status = 0;
        } catch (Exception e) {
            e.printStackTrace();
        }
        // the stand-in Okta's threads and the clients' would keep the JVM alive
        System.exit(status);
    }

    private void measure() throws Exception {
        signOns();
        refreshes();
        node("no grants but those of this run");
        fill(MANY);
        node("10,000 live grants");
        fill(VERY_MANY);
        node("1,000,000 live grants");
    }

    private void signOns() throws Exception {
        List<ProxySystem> one = List.of(cluster.first());
        signOnsPerSecond(one, WARM_UP);
        signOnsPerSecond(List.of(cluster.second()), WARM_UP);
        inTurns("sign-ons", nodes -> signOnsPerSecond(nodes, ONE_ROUND));
    }

    private void refreshes() throws Exception {
        refreshesPerSecond(List.of(cluster.first()), WARM_UP);
        refreshesPerSecond(List.of(cluster.second()), WARM_UP);
        inTurns("refreshes", nodes -> refreshesPerSecond(nodes, ONE_ROUND));
    }

    private void inTurns(String what, Measurement measurement) throws Exception {
        List<Double> one = new ArrayList<>();
        List<Double> two = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            one.add(measurement.perSecond(List.of(cluster.first())));
            two.add(measurement.perSecond(cluster.nodes()));
        }
        row(what + ", 1 node", one);
        row(what + ", 2 nodes", two);
    }

    private void row(String what, List<Double> rates) {
        Collections.sort(rates);
        out.printf(
                "| %s | %,.0f/s (%,.0f to %,.0f) |%n",
                what, rates.get(rates.size() / 2), rates.get(0), rates.get(rates.size() - 1));
    }

    /** Registration, consent, sign-on at Okta, code, tokens. */
    private double signOnsPerSecond(List<ProxySystem> nodes, Duration time) throws Exception {
        sendTo(nodes);
        return perSecond(time, thread -> require(cluster.client().signOn("alice")));
    }

    private double refreshesPerSecond(List<ProxySystem> nodes, Duration time) throws Exception {
        sendTo(nodes);
        List<Refreshing> refreshing = Stream.generate(() -> new Refreshing(cluster.client()))
                .limit(GRANTS)
                .toList();
        return perSecond(time, thread -> {
                    for (int i = thread; i < GRANTS; i += THREADS) {
                        refreshing.get(i).once();
                    }
                })
                * (GRANTS / THREADS);
    }

    private void sendTo(List<ProxySystem> nodes) {
        cluster.balancer().sendTo(nodes.toArray(ProxySystem[]::new));
    }

    private double perSecond(Duration time, Work work) throws Exception {
        AtomicLong done = new AtomicLong();
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        List<Future<Void>> running = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int number = thread;
            running.add(clients.submit((Callable<Void>) () -> {
                while (System.nanoTime() - end < 0) {
                    work.once(number);
                    done.incrementAndGet();
                }
                return null;
            }));
        }
        for (Future<Void> each : running) {
            each.get();
        }
        return done.get() / ((System.nanoTime() - begin) / 1e9);
    }

    /** Starts the first node anew, as the store is now. */
    private void node(String what) throws Exception {
        cluster.first().stop();
        long begin = System.nanoTime();
        cluster.first().startAgain();
        double ready = (System.nanoTime() - begin) / 1e9;
        TimeUnit.SECONDS.sleep(IDLE.toSeconds());
        long idle = ResidentMemory.megabytes(cluster.first().pid());
        refreshesPerSecond(List.of(cluster.first()), WARM_UP);
        double rate = refreshesPerSecond(List.of(cluster.first()), ONE_ROUND);
        out.printf(
                "| a node with %s | ready in %.1f s, idle %d MB, %,.0f refreshes/s, then %d MB |%n",
                what,
                ready,
                idle,
                rate,
                ResidentMemory.megabytes(cluster.first().pid()));
    }

    /** The first of them by the node's own classes; the others are copies under other names. */
    private void fill(int grants) throws ExecutionException, InterruptedException {
        String grant = store.grantOf(
                store.grants(1, "https://proxy.example/mcp").get(0).refreshToken());
        long missing = grants - store.count("SELECT COUNT(*) FROM access_grant");
        Jdbi.create(cluster.database().source()).useTransaction(handle -> {
            String name = "md5(?) || lpad(number::text, 11, '0')";
            String seed = UUID.randomUUID().toString();
            handle.execute(
                    "INSERT INTO access_grant (id, family_hash, client_id, organization, user_id, user_name, user_email,"
                            + " user_groups, scope, resource, opened_at, expires_at) SELECT " + name + ", " + name
                            + ", client_id, organization, user_id, user_name, user_email, user_groups, scope, resource,"
                            + " opened_at, expires_at FROM access_grant, generate_series(1, ?) AS number WHERE id = ?",
                    seed,
                    seed,
                    missing,
                    grant);
            handle.execute(
                    "INSERT INTO refresh_token (hash, family_hash, grant_id, client_id, expires_at) SELECT " + name
                            + ", "
                            + name + ", " + name + ", client_id, expires_at"
                            + " FROM refresh_token, generate_series(1, ?) AS number WHERE grant_id = ?",
                    seed,
                    seed,
                    seed,
                    missing,
                    grant);
            handle.execute(
                    "INSERT INTO upstream_session (grant_id, sealed_tokens, secret_id) SELECT " + name
                            + ", sealed_tokens, secret_id FROM upstream_session, generate_series(1, ?) AS number"
                            + " WHERE grant_id = ?",
                    seed,
                    missing,
                    grant);
        });
        Jdbi.create(cluster.database().source()).useHandle(handle -> handle.execute("ANALYZE"));
    }

    private static Answer require(Answer answer) {
        if (answer.status() != 200) {
            throw new IllegalStateException("Answered " + answer.status() + " " + answer.text());
        }
        return answer;
    }

    /** A client that refreshes again and again, as no client does. */
    private static final class Refreshing {

        private final OAuthClient client;
        private String refreshToken;

        Refreshing(OAuthClient client) {
            this.client = client;
            refreshToken = require(client.signOn("alice")).get("refresh_token");
        }

        void once() {
            refreshToken = require(client.refresh(refreshToken)).get("refresh_token");
        }
    }

    @FunctionalInterface
    private interface Work {
        void once(int thread);
    }

    @FunctionalInterface
    private interface Measurement {
        double perSecond(List<ProxySystem> nodes) throws Exception;
    }
}
