package org.mcpproxy.oauth;

import java.util.regex.Pattern;

/** What counts as this machine itself (RFC 8252 7.3 and 8.3). */
public final class Loopback {

    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile("127(\\." + BYTE + "){3}");

    private Loopback() {}

    /**
     * Whether this host is {@code localhost}, in {@code 127.0.0.0/8}, or {@code ::1} (in brackets or not). The whole
     * name is compared: {@code localhost.evil.example} is not loopback.
     */
    public static boolean isLoopback(String host) {
        return host != null
                && (host.equalsIgnoreCase("localhost")
                        || host.equals("[::1]")
                        || host.equals("::1")
                        || IPV4.matcher(host).matches());
    }
}
