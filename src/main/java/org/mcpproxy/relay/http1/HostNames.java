package org.mcpproxy.relay.http1;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where the addresses of a host are found. */
interface HostNames {

    /** Those of the system, as long as the JVM keeps them ({@code networkaddress.cache.ttl}). */
    HostNames OF_SYSTEM = host -> host.equals("localhost") ? loopback() : List.of(InetAddress.getAllByName(host));

    /**
     * May take its time.
     *
     * @return one or more, in the order in which they are to be tried
     */
    List<InetAddress> addresses(String host) throws UnknownHostException;

    /** Both of them (RFC 6761 6.3): many a list of hosts has IPv4 alone, and many a server listens at {@code ::1} alone. */
    private static List<InetAddress> loopback() throws UnknownHostException {
        Set<InetAddress> addresses = new LinkedHashSet<>(List.of(InetAddress.getAllByName("localhost")));
        addresses.add(InetAddress.getByName("127.0.0.1"));
        addresses.add(InetAddress.getByName("::1"));
        return List.copyOf(addresses);
    }
}
