package org.mcpproxy.client.document;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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

    private static final Logger LOG = System.getLogger(CheckedResolver.class.getName());

    private final Lookup lookup;
    private final Predicate<String> mayBePrivate;

    CheckedResolver(Lookup lookup, Predicate<String> mayBePrivate) {
        this.lookup = lookup;
        this.mayBePrivate = mayBePrivate;
    }

    /**
     * One address that is not public condemns them all. Whoever asked hears what he hears of a name that nobody has: what
     * names there are within a network is not for strangers to find out.
     *
     * @throws Rejection {@code CLIENT_DOCUMENT_UNAVAILABLE}
     */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = lookup.addresses(host);
        if (!mayBePrivate.test(host) && !Arrays.stream(addresses).allMatch(PublicAddress::isPublic)) {
            LOG.log(Level.INFO, "A client names {0} as the host of its document, which is not public", host);
            throw Rejection.of(Reason.CLIENT_DOCUMENT_UNAVAILABLE);
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
