package org.mcpproxy.client.document;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Looks names up for the client that connects, and hands it only what it may connect to. Because the client connects to
 * these very addresses, a name that answers otherwise a moment later gains nothing (DNS rebinding).
 */
final class CheckedResolver implements DnsResolver {

    private final Lookup lookup;
    private final Predicate<String> mayBePrivate;

    CheckedResolver(Lookup lookup, Predicate<String> mayBePrivate) {
        this.lookup = lookup;
        this.mayBePrivate = mayBePrivate;
    }

    /**
     * One address that is not public condemns them all.
     *
     * @throws Rejection {@code CLIENT_DOCUMENT_HOST_PRIVATE}
     */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = lookup.addresses(host);
        if (!mayBePrivate.test(host) && !Arrays.stream(addresses).allMatch(PublicAddress::isPublic)) {
            throw Rejection.of(Reason.CLIENT_DOCUMENT_HOST_PRIVATE);
        }
        return addresses;
    }

    /** Nothing that we do asks for it. */
    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** DNS, as the JVM knows it. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }
}
