package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;

/** Clients that send their bodies a byte at a time: each is cheap for an attacker, and must be cheap here. */
class SlowBodyIT {

    private static final int MANY = 600;
    private static final int ROUNDS = 100;
    private static final int AT_ONCE = 100;
    private static final Duration LONGER_THAN_ANY_DEADLINE = Duration.ofSeconds(45);

    private final Installation installation = Installation.shared();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<Drip> drips = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        clock.shutdownNow();
        for (Drip drip : drips) {
            drip.socket.close();
        }
    }

    @Test
    void slowBodiesHoldNobodyElseUpAndAreGivenUp() throws IOException {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        String accessToken = client.signOn("alice").get("access_token");
        for (int i = 0; i < MANY; i++) {
            drip("/oauth2/v1/token", "Content-Type: application/x-www-form-urlencoded");
        }
        drip("/oauth2/v1/revoke", "Content-Type: application/x-www-form-urlencoded");
        drip("/oauth2/v1/clients", "Content-Type: application/json");
        drip("/oauth/consent", "Content-Type: application/x-www-form-urlencoded");
        drip("/oauth/logout", "Content-Type: application/x-www-form-urlencoded");
        Drip chunked = new Drip(
                installation.proxy().port(),
                "/oauth2/v1/clients",
                "Transfer-Encoding: chunked",
                "Content-Type: application/json");
        drips.add(chunked);
        drip("/mcp", "Content-Type: application/json", "Authorization: Bearer " + accessToken);
        clock.scheduleAtFixedRate(() -> drips.forEach(Drip::drop), 0, 1, TimeUnit.SECONDS);

        assertThat(OAuthClient.publicClient(installation.proxy()).signOn("bob").status())
                .as("a sign-on among slow bodies")
                .isEqualTo(200);
        assertThat(client.ping(accessToken).status()).isEqualTo(200);

        for (Drip drip : drips) {
            assertThat(drip.answer()).as(drip.path).startsWith("HTTP/1.1 408 ").contains("did not come in time");
        }
    }

    @Test
    void ofManyFormsAtOnceNoneIsLost() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());

        for (int round = 0; round < ROUNDS; round++) {
            assertThat(client.tokenAtOnce(AT_ONCE, client.refreshParameters("none.such")))
                    .extracting(answer -> answer.get("error"))
                    .containsOnly("invalid_grant");
        }
    }

    private void drip(String path, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: 10000");
        drips.add(new Drip(installation.proxy().port(), path, all.toArray(String[]::new)));
    }

    private static final class Drip {

        private static final byte[] BLANK = {' '};

        /** So much at once that no time-out of the container's between two reads ends it. */
        private static final byte[] CHUNK =
                ("800\r\n" + " ".repeat(0x800) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);

        private final String path;
        private final boolean chunked;
        private final Socket socket;

        Drip(int port, String path, String... headers) throws IOException {
            this.path = path;
            chunked = List.of(headers).contains("Transfer-Encoding: chunked");
            socket = new Socket("localhost", port);
            socket.setSoTimeout(Math.toIntExact(LONGER_THAN_ANY_DEADLINE.toMillis()));
            String head = "POST " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n"
                    + String.join("\r\n", headers) + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        }

        void drop() {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(chunked ? CHUNK : BLANK);
            } catch (IOException e) {
                // given up, as it should be
            }
        }

        /** All that comes until the connection is closed. */
        String answer() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(all);
            } catch (SocketTimeoutException e) {
                fail("The connection of %s stays open after <%s>", path, all.toString(StandardCharsets.UTF_8));
            }
            return all.toString(StandardCharsets.UTF_8);
        }
    }
}
