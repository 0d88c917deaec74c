package org.mcpproxy.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.ListIterator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.core5.net.InetAddressUtils;

/**
 * The reverse proxies whose word is believed about where a request came from. Each of them adds to {@code X-Forwarded-For} the
 * address that it was called from, so the header is read from its end, and no further than the first address that is none of
 * theirs: what stands before that, anybody may have written.
 *
 * @param addresses matches each of their addresses as a whole
 */
public record TrustedProxies(Pattern addresses) {

    /** No address looks like this. */
    public static final TrustedProxies NONE = new TrustedProxies(Pattern.compile("none"));

    /** As some write them: an IPv4 address with a port, or an IPv6 one in brackets, with a port or without. */
    private static final Pattern DECORATED = Pattern.compile("([0-9.]+):\\d+|\\[([0-9A-Fa-f:.]+)](?::\\d+)?");

    /**
     * Where a request came from.
     *
     * @param peer the address of its connection, as a literal
     * @param forwardedFor the values of {@code X-Forwarded-For}, in the order in which they came
     * @return an address, as a literal
     */
    public String clientOf(String peer, List<String> forwardedFor) {
        List<String> named = forwardedFor.stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .toList();
        String client = peer;
        ListIterator<String> nearestFirst = named.listIterator(named.size());
        while (nearestFirst.hasPrevious() && isTrusted(client)) {
            Optional<String> before = address(nearestFirst.previous().strip());
            if (before.isEmpty()) {
                return client;
            }
            client = before.get();
        }
        return client;
    }

    private boolean isTrusted(String address) {
        return addresses.matcher(address).matches();
    }

    /** Written as the container writes addresses; empty where this is none. */
    private static Optional<String> address(String text) {
        String literal = undecorated(text);
        if (!isAddress(literal)) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(literal).getHostAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Of digits: a name would be looked up. */
    private static boolean isAddress(String text) {
        return InetAddressUtils.isIPv4(text)
                || InetAddressUtils.isIPv6(text)
                || InetAddressUtils.isIPv4MappedIPv6(text);
    }

    private static String undecorated(String text) {
        Matcher decorated = DECORATED.matcher(text);
        if (!decorated.matches()) {
            return text;
        }
        return decorated.group(1) == null ? decorated.group(2) : decorated.group(1);
    }
}
