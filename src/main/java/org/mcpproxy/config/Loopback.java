package org.mcpproxy.config;

import java.util.regex.Pattern;

/** Which hosts are this machine itself. Decided from the text alone: a name lookup is in a stranger's hand. */
public final class Loopback {

    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile("127\\." + OCTET + "\\." + OCTET + "\\." + OCTET);

    private Loopback() {}

    /**
     * Whether the host is {@code localhost}, in {@code 127.0.0.0/8}, or {@code [::1]} (RFC 8252 7.3).
     *
     * @param host as {@link java.net.URI#getHost()} gives it, IPv6 in brackets; may be null
     */
    public static boolean isHost(String host) {
        return host != null
                && (host.equalsIgnoreCase("localhost")
                        || host.equals("[::1]")
                        || IPV4.matcher(host).matches());
    }
}
