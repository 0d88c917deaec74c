package org.mcpproxy.relay.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.mcpproxy.relay.http1.Outcomes.awaited;
import static org.mcpproxy.relay.http1.Outcomes.reason;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.SilentListener;

/** A backend's name has many addresses, and not at all of them does somebody listen. */
class HostAddressesTest {

    private static final Duration USUAL = RelayLimits.standard().times().connect();
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicInteger lookups = new AtomicInteger();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void theNextAddressIsTriedWhereOneRefuses() throws Exception {
        ScriptedServer server = opened(new ScriptedServer());
        BackendClient client = client(USUAL, "127.0.0.3", "127.0.0.2", "127.0.0.1");

        assertThat(exchanged(server, send(client, "backend.test", server))).isEqualTo(200);
    }

    @Test
    void anAddressThatIsSilentDoesNotTakeAllTheTime() throws Exception {
        ScriptedServer server = opened(new ScriptedServer());
        opened(new SilentListener(InetAddress.getByName("127.0.0.2"), server.port()));
        opened(new SilentListener(InetAddress.getByName("127.0.0.3"), server.port()));
        BackendClient client = client(USUAL, "127.0.0.2", "127.0.0.3", "127.0.0.1");

        assertThat(exchanged(server, send(client, "backend.test", server))).isEqualTo(200);
    }

    @Test
    void theTimeOfTheRequestIsThatOfAllItsAddresses() throws Exception {
        ScriptedServer server = opened(new ScriptedServer());
        opened(new SilentListener(InetAddress.getByName("127.0.0.2"), server.port()));
        opened(new SilentListener(InetAddress.getByName("127.0.0.3"), server.port()));
        BackendClient client = client(Duration.ofSeconds(1), "127.0.0.2", "127.0.0.4", "127.0.0.3");

        assertThat(reason(send(client, "backend.test", server))).isEqualTo(Reason.BACKEND_TIMEOUT);
    }

    @Test
    void whereAllRefuseTheBackendIsUnavailable() throws Exception {
        ScriptedServer server = opened(new ScriptedServer());
        BackendClient client = client(USUAL, "127.0.0.3", "127.0.0.2");

        assertThat(reason(send(client, "backend.test", server))).isEqualTo(Reason.BACKEND_UNAVAILABLE);
    }

    /** The first may have done what it was asked. */
    @Test
    void whatWasWrittenToOneAddressIsNotSentToTheNext() throws Exception {
        ScriptedServer first = opened(new ScriptedServer());
        ScriptedServer second = opened(new ScriptedServer(InetAddress.getByName("127.0.0.2"), first.port()));
        BackendClient client = client(USUAL, "127.0.0.1", "127.0.0.2");

        CompletionStage<BackendClient.Answer> answer = send(client, "backend.test", first);
        ScriptedServer.Peer peer = first.next();
        peer.request();
        first.close();
        peer.reset();
        assertThat(reason(answer)).isEqualTo(Reason.BACKEND_UNAVAILABLE);

        CompletionStage<BackendClient.Answer> next = send(client, "backend.test", first);
        ScriptedServer.Peer other = second.next();
        assertThat(other.request()).contains("\"n\":2");
        other.send(OK);
        assertThat(awaited(next).status()).isEqualTo(200);
    }

    @Test
    void aConnectionThatIsOpenCostsNoLookUp() throws Exception {
        ScriptedServer server = opened(new ScriptedServer());
        BackendClient client = client(USUAL, "127.0.0.1");
        CompletionStage<BackendClient.Answer> first = send(client, "backend.test", server);
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send(OK);
        awaited(first);

        CompletionStage<BackendClient.Answer> second = send(client, "backend.test", server);
        peer.request();
        peer.send(OK);
        assertThat(awaited(second).status()).isEqualTo(200);
        assertThat(lookups).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void localhostIsWhereverAServerOfThisMachineListens(String address) throws Exception {
        assumeThat(NetworkInterface.getByInetAddress(InetAddress.getByName(address)))
                .isNotNull();
        ScriptedServer server = opened(new ScriptedServer(InetAddress.getByName(address), 0));
        BackendClient client = opened(new Http1Client()).connectingWithin(USUAL);

        assertThat(exchanged(server, send(client, "localhost", server))).isEqualTo(200);
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    private BackendClient client(Duration connectTime, String... addresses) {
        return opened(new Http1Client(host -> {
                    assertThat(host).isEqualTo("backend.test");
                    lookups.incrementAndGet();
                    return addresses(addresses);
                }))
                .connectingWithin(connectTime);
    }

    private static List<InetAddress> addresses(String... texts) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            addresses.add(InetAddress.getByName(text));
        }
        return addresses;
    }

    private int sent;

    private CompletionStage<BackendClient.Answer> send(BackendClient client, String host, ScriptedServer server) {
        sent++;
        byte[] body = ("{\"n\":" + sent + "}").getBytes(StandardCharsets.UTF_8);
        URI url = URI.create("http://" + host + ":" + server.port() + "/mcp");
        return client.send("POST", url, List.of(), body).answer();
    }

    private static int exchanged(ScriptedServer server, CompletionStage<BackendClient.Answer> answer) throws Exception {
        ScriptedServer.Peer peer = server.next();
        assertThat(peer.request()).contains("\"n\":1");
        peer.send(OK);
        return awaited(answer).status();
    }
}
