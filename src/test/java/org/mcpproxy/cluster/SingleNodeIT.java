package org.mcpproxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** One node with its own database in a file: what a crash, a wrong secret and a full disk do to its clients. */
class SingleNodeIT {

    private static final String KEY = "SESSION_SECRET_KEY";
    private static final String PREVIOUS = "SESSION_SECRET_KEY_PREVIOUS";
    private static final String OLD = key();
    private static final String NEW = key();
    private static final String SEALED_ANEW = " is sealed with the current " + KEY;
    private static final int CLIENTS = 3;
    private static final int MORE_THAN_FIT = 20_000;

    /** As long as may be together, so that few clients fill the disk. */
    private static final List<String> LONG_REDIRECT_URIS = Stream.of("a", "b")
            .map(letter -> "http://127.0.0.1:8123/" + letter.repeat(2_000))
            .toList();

    private static final long MEGABYTE = 1024L * 1024;

    /** In bytes: the server has files of its own that it must be able to write. */
    private static final long LARGEST_OTHER_FILE = 4 * MEGABYTE;

    /** What others may write to the disk meanwhile. */
    private static final long OTHERS_MEGABYTES = 2 * 1024;

    private static final Duration RECOVERY = Duration.ofSeconds(40);

    private static Installation installation;
    private static ProxySystem proxy;
    private static List<Holder> holders;

    @BeforeAll
    static void start() {
        installation = Installation.start(ProxySystem.plan()
                .named("single")
                .with(KEY, OLD)
                .with("REGISTRATIONS_PER_MINUTE", MORE_THAN_FIT)
                .with("DATABASE_RESERVE_MB", freeMegabytes() - OTHERS_MEGABYTES));
        proxy = installation.proxy();
        holders = Stream.generate(Holder::new).limit(CLIENTS).toList();
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
    }

    /** Not even what it has only just answered. */
    @Test
    void aKilledNodeLosesNothing() {
        holders.forEach(Holder::assertThatItGoesOn);
        proxy.kill();
        proxy.startAgain();

        holders.forEach(Holder::assertThatItGoesOn);
    }

    @Test
    void aWrongSecretStopsTheStartUntilTheOldOneIsListedAndAllIsSealedAnew() {
        proxy.stop();
        proxy.launchAgain(Map.of(KEY, NEW))
                .awaitConsole("the end of the start", console -> console.contains("CWWKF0011I"));
        assertThat(proxy.console().split("Okta MCP OAuth Proxy cannot start\\.", -1))
                .hasSize(2);
        assertThat(proxy.console()).contains("SESSION_SECRET_KEY_PREVIOUS", "Nothing was changed.");
        assertThat(proxy.isReady()).isFalse();

        proxy.stop();
        proxy.launchAgain(Map.of(PREVIOUS, OLD)).awaitReady();
        holders.forEach(Holder::assertThatItGoesOn);

        Waiting.until(
                "all sealed anew",
                RECOVERY,
                () -> Stream.of("signing_key", "upstream_session")
                        .allMatch(table -> proxy.allLogs().contains("All of " + table + SEALED_ANEW)));
        proxy.stop();
        proxy.launchAgain(Map.of(PREVIOUS, "")).awaitReady();
        holders.forEach(Holder::assertThatItGoesOn);
    }

    /** A disk with less room than is to stay free. */
    @Test
    void aFullDiskIsSaidAndLeavesNothingHalfDone() {
        holders.forEach(Holder::assertThatItGoesOn);

        Path file = fill(2 * OTHERS_MEGABYTES);
        try {
            Answer refused = register();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).matches("[1-9]\\d?");
            assertThat(refused.get("error")).isEqualTo("temporarily_unavailable");
            assertThat(refused.text()).contains("store does not answer at the moment");
            Health health = Health.of(proxy);
            assertThat(health.isUp()).isTrue();
            assertThat(health.of("store")).isEqualTo("degraded");
            holders.forEach(Holder::assertThatItIsServed);
            holders.forEach(Holder::assertThatItCannotRefresh);
            holders.forEach(Holder::assertThatAPersonIsPutOff);
        } finally {
            remove(file);
        }

        holders.forEach(Holder::assertThatItGoesOn);
        Waiting.until(
                "no word of it", RECOVERY, () -> "well".equals(Health.of(proxy).of("store")));
    }

    /** A write that fails though the disk has room: no file of the process may grow. */
    @Test
    void aWriteThatFailsIsSaidAndOthersGoOn() {
        limitFiles(
                Long.toString(Math.max(LARGEST_OTHER_FILE, database().toFile().length())));
        Answer refused = registrationThatDoesNotFit();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.get("error")).isEqualTo("temporarily_unavailable");
        assertThat(Health.of(proxy).of("store")).isEqualTo("degraded");
        holders.forEach(Holder::assertThatItIsServed);

        limitFiles("unlimited");
        Waiting.until("room again", RECOVERY, () -> register().status() == 201);
        holders.forEach(Holder::assertThatItGoesOn);
    }

    @Test
    void aReadOnlyStoreIsSaidAndStaysAsItIs() {
        String file = database().toString().replaceAll("[.]mv[.]db$", "");
        proxy.stop();
        proxy.launchAgain(Map.of("DATABASE_URL", "jdbc:h2:file:" + file + ";ACCESS_MODE_DATA=r"))
                .awaitReady();

        Answer refused = register();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text()).contains("store does not answer at the moment");
        assertThat(Health.of(proxy).of("store")).isEqualTo("degraded");
        holders.forEach(Holder::assertThatItIsServed);
        holders.forEach(Holder::assertThatItCannotRefresh);
        holders.forEach(Holder::assertThatAPersonIsPutOff);

        proxy.stop();
        proxy.launchAgain(Map.of("DATABASE_URL", "")).awaitReady();
        holders.forEach(Holder::assertThatItGoesOn);
    }

    private static Answer registrationThatDoesNotFit() {
        for (int i = 0; i < MORE_THAN_FIT; i++) {
            Answer answer = register();
            if (answer.status() != 201) {
                return answer;
            }
        }
        throw new AssertionError("All of them fit");
    }

    private static Answer register() {
        return OAuthClient.register(
                proxy,
                new JSONObject(Map.of(
                        "client_name",
                        "A plain client",
                        "redirect_uris",
                        LONG_REDIRECT_URIS,
                        "token_endpoint_auth_method",
                        "none")));
    }

    private static Path database() {
        try (Stream<Path> files = Files.list(proxy.folder().resolve("store"))) {
            return files.filter(file -> file.toString().endsWith(".mv.db"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long freeMegabytes() {
        try {
            return Files.getFileStore(Path.of("target")).getUsableSpace() / MEGABYTE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes it off the disk without a byte written. */
    private static Path fill(long megabytes) {
        Path file = proxy.folder().resolve("room");
        run("fallocate", "--length=" + megabytes * MEGABYTE, file.toString());
        return file;
    }

    private static void remove(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void limitFiles(String bytes) {
        ProcessHandle server = ProcessHandle.of(proxy.pid()).orElseThrow();
        Stream.concat(Stream.of(server), server.descendants()).forEach(process -> limitFiles(process.pid(), bytes));
    }

    private static void limitFiles(long pid, String bytes) {
        run("prlimit", "--pid", Long.toString(pid), "--fsize=" + bytes + ":unlimited");
    }

    private static void run(String... command) {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            assertThat(process.waitFor()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String key() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** A client with its first access token, and its newest refresh token. */
    private static final class Holder {

        private final OAuthClient client = OAuthClient.publicClient(proxy);
        private final String accessToken;
        private String refreshToken;

        Holder() {
            Answer tokens = client.signOn("alice");
            accessToken = tokens.get("access_token");
            refreshToken = tokens.get("refresh_token");
        }

        void assertThatItIsServed() {
            assertThat(client.ping(accessToken).status()).isEqualTo(200);
        }

        void assertThatAPersonIsPutOff() {
            Page page = new Browser().get(client.authorizationUri());
            assertThat(page.status()).isEqualTo(503);
            assertThat(page.header("Retry-After")).matches("[1-9]\\d?");
            assertThat(page.text()).contains("<h1>", "at the moment");
        }

        void assertThatItCannotRefresh() {
            assertThatItIsPutOff(client.refresh(refreshToken));
        }

        private static void assertThatItIsPutOff(Answer answer) {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.get("error")).isEqualTo("temporarily_unavailable");
        }

        void assertThatItGoesOn() {
            assertThatItIsServed();
            Answer refreshed = client.refresh(refreshToken);
            assertThat(refreshed.status()).isEqualTo(200);
            refreshToken = refreshed.get("refresh_token");
        }
    }
}
