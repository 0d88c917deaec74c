package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ConnectionsTest {

    @TempDir
    private Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void aPeerThatClosesIsSeenOnARealConnection() throws IOException {
        Connections connections = Connections.ofThisMachine();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Socket client = new Socket("127.0.0.1", listener.getLocalPort());
                Socket accepted = listener.accept()) {
            InetSocketAddress peer = (InetSocketAddress) accepted.getRemoteSocketAddress();
            ClientConnection connection = new ClientConnection(
                    accepted.getLocalPort(), peer.getAddress().getHostAddress(), peer.getPort());
            connections.look();
            assertThat(connection.isGone(connections)).isFalse();
            client.shutdownOutput();
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            connections.look();
            assertThat(connection.isGone(connections)).isTrue();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aServerThatClosesItsPortIsStopping() throws IOException {
        Connections connections = Connections.ofThisMachine();
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        ClientConnection connection = new ClientConnection(listener.getLocalPort(), "127.0.0.1", 1);
        connections.look();
        assertThat(connection.isServerStopping(connections)).isFalse();
        listener.close();
        connections.look();
        assertThat(connection.isServerStopping(connections)).isTrue();
    }

    @Test
    void aConnectionThatWasNeverListedProvesNothing() throws IOException {
        Connections connections = new Connections(Files.writeString(folder.resolve("tcp"), "header\n"));
        ClientConnection connection = new ClientConnection(3001, "203.0.113.9", 5000);
        connections.look();
        assertThat(connection.isGone(connections)).isFalse();
        assertThat(connection.isServerStopping(connections)).isFalse();
    }

    @Test
    void aLookFromBeforeTheRequestProvesNothing() throws IOException {
        Connections connections = new Connections(table("08"));
        connections.look();
        assertThat(new ClientConnection(3001, "::1", 5000).isGone(connections)).isFalse();
    }

    @Test
    void aListedConnectionThatVanishesIsGone() throws IOException {
        Connections connections = new Connections(table("01"));
        ClientConnection connection = new ClientConnection(3001, "::1", 5000);
        connections.look();
        assertThat(connection.isGone(connections)).isFalse();
        Files.writeString(folder.resolve("tcp"), "header\n");
        connections.look();
        assertThat(connection.isGone(connections)).isTrue();
    }

    /** Linux lists a connection that was reset no more, not even before the first look. */
    @Test
    void aConnectionThatIsNotListedIsGoneWhereOthersOfItsAddressWereListed() throws IOException {
        Connections connections = new Connections(table("01"));
        ClientConnection other = new ClientConnection(3001, "::1", 5000);
        ClientConnection reset = new ClientConnection(3001, "::1", 5001);
        ClientConnection elsewhere = new ClientConnection(3001, "::2", 5001);
        ClientConnection atAnotherPort = new ClientConnection(3002, "::1", 5001);
        connections.look();
        assertThat(reset.isGone(connections)).isFalse();
        assertThat(other.isGone(connections)).isFalse();
        assertThat(reset.isGone(connections)).isTrue();
        assertThat(elsewhere.isGone(connections)).isFalse();
        assertThat(atAnotherPort.isGone(connections)).isFalse();
    }

    @Test
    void whereTheTablesCannotBeReadNothingIsKnown() {
        Connections connections = new Connections(folder.resolve("none"));
        ClientConnection connection = new ClientConnection(3001, "::1", 5000);
        connections.look();
        assertThat(connection.isGone(connections)).isFalse();
    }

    /** No file can be opened, say: nobody has gone by that, and the server goes on. */
    @Test
    void aLookThatFailsChangesNothing() throws IOException {
        Connections connections = new Connections(table("01"));
        ClientConnection connection = new ClientConnection(3001, "::1", 5000);
        connections.look();
        assertThat(connection.isGone(connections)).isFalse();
        Files.delete(folder.resolve("tcp"));
        Files.createDirectory(folder.resolve("tcp"));
        connections.look();
        assertThat(connection.isGone(connections)).isFalse();
        assertThat(connections.state(key().orElseThrow())).isEqualTo(Connections.State.OPEN);
    }

    @Test
    void aKernelWithoutIpv6HasOneTable() throws IOException {
        Connections connections = new Connections(table("08"), folder.resolve("tcp6"));
        ClientConnection connection = new ClientConnection(3001, "::1", 5000);
        connections.look();
        assertThat(connection.isGone(connections)).isTrue();
    }

    @Test
    void anIpv4PeerIsFoundInTheIpv6Table() {
        assertThat(Connections.key(3001, "::ffff:127.0.0.1", 5000)).isEqualTo(Connections.key(3001, "127.0.0.1", 5000));
        assertThat(Connections.key(3001, "::1", 5000)).isPresent();
    }

    @Test
    void aHostNameIsNeverLookedUp() {
        assertThat(Connections.key(3001, "client.example", 5000)).isEmpty();
    }

    private static Optional<String> key() {
        return Connections.key(3001, "::1", 5000);
    }

    /** One connection from ::1, port 5000, to port 3001, in this state. */
    private Path table(String state) throws IOException {
        String address = key().orElseThrow().split(" ")[1];
        String line = "   0: " + address + ":0BB9 " + address + ":1388 " + state + " 00000000:00000000 00:00000000\n";
        return Files.writeString(folder.resolve("tcp"), "header\n" + line);
    }
}
