package org.mcpproxy.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/** What counts as one address: for IPv6 its /64, all of which one subscriber has. */
public final class Network {

    private static final int PREFIX_BYTES = 8;

    private Network() {}

    /** @param address in digits, as the container gives it, so that no name is looked up */
    public static String of(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(bytes.length, PREFIX_BYTES)));
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
