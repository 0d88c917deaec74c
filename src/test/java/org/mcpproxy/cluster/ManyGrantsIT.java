package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.store.SharedStore.Granted;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Cluster;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/** A restart with ten thousand clients signed on. */
class ManyGrantsIT {

    private static final int GRANTS = 10_000;

    private static final int AT_ONCE = 16;

    /** What else the machine does makes more of a difference than the grants. */
    private static final Duration SLACK = Duration.ofSeconds(5);

    private final Cluster cluster = Cluster.shared();
    private final ProxySystem node = cluster.first();

    @Test
    void withManyGrantsANodeIsReadyAsSoonAndItsClientsStillRefresh() throws Exception {
        Duration withFew = restart();
        List<Granted> granted =
                cluster.store().grants(GRANTS, cluster.balancer().mcp().toString());

        Duration withMany = restart();

        assertThat(withMany).isLessThan(withFew.multipliedBy(2).plus(SLACK));
        cluster.balancer().sendTo(node);
        assertThat(refreshed(granted)).containsOnly(200).hasSize(GRANTS);
        Granted any = granted.get(GRANTS / 2);
        String accessToken = refreshed(any).get("access_token");
        assertThat(client(any).ping(accessToken).status()).isEqualTo(200);
    }

    private List<Integer> refreshed(List<Granted> granted) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<Integer>> refreshes = granted.stream()
                    .<Callable<Integer>>map(one -> () -> refreshed(one).status())
                    .toList();
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> refresh : threads.invokeAll(refreshes)) {
                statuses.add(refresh.get());
            }
            return statuses;
        } finally {
            threads.shutdown();
        }
    }

    private Answer refreshed(Granted granted) {
        return client(granted).refresh(granted.refreshToken());
    }

    private OAuthClient client(Granted granted) {
        return OAuthClient.known(cluster.balancer(), granted.clientId(), Samples.REDIRECT_URI);
    }

    private Duration restart() {
        node.kill();
        long since = System.nanoTime();
        node.startAgain();
        return Duration.ofNanos(System.nanoTime() - since);
    }
}
