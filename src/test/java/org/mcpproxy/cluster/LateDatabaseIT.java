package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Cluster;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** A node that is started while the database is away. */
class LateDatabaseIT {

    private static final Duration RECOVERY = Duration.ofSeconds(40);

    private final Cluster cluster = Cluster.shared();

    @AfterEach
    void endTheOutage() {
        Cluster.shared();
    }

    @Test
    void itWaitsForTheDatabaseAndServes() {
        OAuthClient client = cluster.client();
        Answer tokens = client.signOn("alice");
        cluster.database().stop();
        try (ProxySystem late = cluster.another().launch()) {
            late.awaitConsole("waiting for the database", LateDatabaseIT::isUpWithoutIt);
            assertThat(late.isReady()).isFalse();
            cluster.database().startAgain();

            late.awaitReady();
            assertThat(client.at(late).ping(tokens.get("access_token")).status())
                    .isEqualTo(200);
            assertThat(client.at(late).refresh(tokens.get("refresh_token")).status())
                    .isEqualTo(200);
        }
    }

    /** It cannot be known before: whoever runs it must learn that this node is to be started anew. */
    @Test
    void underAWrongSecretItSaysSoAndIsToBeStartedAgain() {
        OAuthClient client = cluster.client();
        Answer tokens = client.signOn("alice");
        cluster.database().stop();
        try (ProxySystem late =
                cluster.another().with("SESSION_SECRET_KEY", "5".repeat(64)).launch()) {
            late.awaitConsole("waiting for the database", LateDatabaseIT::isUpWithoutIt);
            assertThat(Health.ofLifeOf(late).isUp()).isTrue();
            cluster.database().startAgain();

            late.awaitConsole("the reason", console -> console.contains("SESSION_SECRET_KEY_PREVIOUS"));
            Waiting.until(
                    "no longer alive", RECOVERY, () -> !Health.ofLifeOf(late).isUp());
            Health health = Health.of(late);
            assertThat(health.isUp()).isFalse();
            assertThat(health.of("store")).isEqualTo("down");
            assertThat(client.at(late).refresh(tokens.get("refresh_token")).status())
                    .isEqualTo(503);
        }
        Cluster.shared();
        assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
    }

    private static boolean isUpWithoutIt(String console) {
        return console.contains("The store cannot be opened yet") && console.contains("CWWKF0011I");
    }
}
