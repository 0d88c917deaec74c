package org.mcpproxy.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The TCP connections of this machine, as Linux lists them. A servlet learns that its client has gone only when it
 * writes, and it cannot write while it waits for the backend; but a modern client cancels a request by closing the
 * connection, and that has to reach the backend at once. Elsewhere than on Linux nothing is known, and a client that has
 * gone is noticed at the second heartbeat.
 */
final class Connections {

    /** What is known of a connection. */
    enum State {
        OPEN,
        CLOSED_BY_PEER,
        NOT_LISTED
    }

    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F:.%a-z]+:[0-9a-fA-F:.%a-z]*");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String MAPPED_IPV4 = hex(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff});
    private static final String ESTABLISHED = "01";
    private static final String LISTEN = "0A";
    private static final int MOST_PEERS = 10_000;

    /** Where a container heeds {@code X-Forwarded-For} itself, one who once came directly must not be known for ever. */
    private static final Duration PEERS_ARE_KNOWN = Duration.ofMinutes(10);

    private final List<Path> tables;
    private final Cache<String, Boolean> peers = Caffeine.newBuilder()
            .maximumSize(MOST_PEERS)
            .expireAfterWrite(PEERS_ARE_KNOWN)
            .build();
    private Map<String, State> listed = Map.of();
    private Set<String> listening = Set.of();
    private volatile long lookedAt = System.nanoTime();

    Connections(Path... tables) {
        this.tables = List.of(tables);
    }

    static Connections ofThisMachine() {
        return new Connections(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
    }

    /**
     * The name under which a connection is listed.
     *
     * @param address the peer's address, as a literal
     * @return empty where the address is no literal
     */
    static Optional<String> key(int localPort, String address, int peerPort) {
        if (!LITERAL.matcher(address).matches()) {
            return Optional.empty();
        }
        try {
            byte[] bytes = InetAddress.getByName(address.split("%", 2)[0]).getAddress();
            return Optional.of(key(port(localPort), hex(bytes), port(peerPort)));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Reads the tables anew. Not for two threads at once. Where that fails, what is known stays as it is. */
    void look() {
        long now = System.nanoTime();
        Map<String, State> fresh = new HashMap<>();
        Set<String> ports = new HashSet<>();
        // A kernel without IPv6 has one.
        List<Path> there = tables.stream().filter(Files::exists).toList();
        for (Path table : there) {
            try (BufferedReader lines = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
                lines.lines().skip(1).forEach(line -> list(line, fresh, ports));
            } catch (IOException | RuntimeException e) {
                // Not ours to see, or no file can be opened just now.
                return;
            }
        }
        if (!there.isEmpty()) {
            listed = fresh;
            listening = ports;
            lookedAt = now;
        }
    }

    /** {@link System#nanoTime} of the last look: it says nothing of connections that are younger. */
    long lookedAt() {
        return lookedAt;
    }

    State state(String key) {
        return listed.getOrDefault(key, State.NOT_LISTED);
    }

    /** That this connection, which is listed, is somebody's who calls. */
    void found(String key) {
        peers.put(peer(key), true);
    }

    /** Whether another connection has been found of the same address, at the same port: it is one that is listed. */
    boolean isOfKnownPeer(String key) {
        return peers.getIfPresent(peer(key)) != null;
    }

    private static String peer(String key) {
        return key.substring(0, key.lastIndexOf(' '));
    }

    /** Whether somebody accepts connections at this port of this machine. */
    boolean isListening(int port) {
        return listening.contains(port(port));
    }

    /** {@code sl: local:port peer:port state …}, in hexadecimal digits. */
    private static void list(String line, Map<String, State> fresh, Set<String> ports) {
        String[] fields = line.trim().split(" +", 5);
        if (fields.length < 5) {
            return;
        }
        String[] local = fields[1].split(":");
        String[] peer = fields[2].split(":");
        if (fields[3].equals(LISTEN)) {
            ports.add(local[1]);
            return;
        }
        fresh.put(key(local[1], peer[0], peer[1]), fields[3].equals(ESTABLISHED) ? State.OPEN : State.CLOSED_BY_PEER);
    }

    private static String key(String localPort, String address, String peerPort) {
        String plain = address.startsWith(MAPPED_IPV4) ? address.substring(MAPPED_IPV4.length()) : address;
        return localPort + ' ' + plain + ' ' + peerPort;
    }

    private static String port(int port) {
        return HEX.toHexDigits((short) port);
    }

    /** The kernel prints addresses as words in its own byte order. */
    private static String hex(byte[] address) {
        ByteBuffer words = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
        StringBuilder hex = new StringBuilder();
        while (words.hasRemaining()) {
            hex.append(HEX.toHexDigits(words.getInt()));
        }
        return hex.toString();
    }
}
