package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Cluster;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** Somebody keeps one grant's row, as a node that was cut off in the middle of a transaction does, and its client insists. */
class LockedRowIT {

    private static final int INSISTING = 20;
    private static final Duration FOR = Duration.ofSeconds(20);
    private static final Duration HEARD = Duration.ofSeconds(3);

    /** What both nodes may open, and what PostgreSQL and this test need. */
    private static final int MOST_CONNECTIONS = 60;

    private final Cluster cluster = Cluster.shared();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void nobodyElseWaitsAndNothingPilesUp() throws SQLException {
        OAuthClient insisting = cluster.client();
        String locked = insisting.signOn("alice").get("refresh_token");
        OAuthClient other = cluster.client();
        Answer tokens = other.signOn("bob");
        ExecutorService threads = Executors.newFixedThreadPool(INSISTING);
        try (Connection holder = cluster.database().connection()) {
            lockGrantOf(holder, insisting.id());
            List<CompletableFuture<Void>> insists = IntStream.range(0, INSISTING)
                    .mapToObj(i -> insisting.at(cluster.nodes().get(i % 2)))
                    .map(client -> CompletableFuture.runAsync(() -> insist(client, locked), threads))
                    .toList();
            long end = System.nanoTime() + FOR.toNanos();
            while (System.nanoTime() - end < 0) {
                for (ProxySystem node : cluster.nodes()) {
                    tokens = other.at(node).refresh(tokens.get("refresh_token"));
                    assertThat(tokens.status()).isEqualTo(200);
                }
                assertThat(connections()).isLessThan(MOST_CONNECTIONS);
            }
            for (ProxySystem node : cluster.nodes()) {
                assertThat(Health.of(node).of("store")).isEqualTo("well");
            }
            assertThatARevocationIsHeard();
            over.set(true);
            holder.rollback();
            insists.forEach(CompletableFuture::join);
        } finally {
            over.set(true);
            threads.shutdown();
        }
        assertThat(insisting.refresh(locked).status()).isEqualTo(200);
    }

    private void assertThatARevocationIsHeard() {
        OAuthClient client = cluster.client();
        String token = client.signOn("alice").get("access_token");
        assertThat(client.at(cluster.second()).ping(token).status()).isEqualTo(200);
        assertThat(client.at(cluster.first()).revoke(token).status()).isEqualTo(200);
        Waiting.until(
                "heard", HEARD, () -> client.at(cluster.second()).ping(token).status() == 401);
    }

    /** Put off again and again, until the row is free. */
    private void insist(OAuthClient client, String refreshToken) {
        while (!over.get()) {
            assertThat(client.refresh(refreshToken).status()).isIn(200, 503);
        }
    }

    private static void lockGrantOf(Connection holder, String client) throws SQLException {
        holder.setAutoCommit(false);
        try (PreparedStatement lock =
                holder.prepareStatement("UPDATE access_grant SET scope = scope WHERE client_id = ?")) {
            lock.setString(1, client);
            assertThat(lock.executeUpdate()).isEqualTo(1);
        }
    }

    private int connections() throws SQLException {
        try (Connection connection = cluster.database().connection();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery(
                        "SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")) {
            count.next();
            return count.getInt(1);
        }
    }
}
