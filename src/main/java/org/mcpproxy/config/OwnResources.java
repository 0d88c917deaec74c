package org.mcpproxy.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.Loopback;
import org.mcpproxy.policy.CanonicalUri;

/**
 * The resources of this proxy, under every name that it answers to, however they are spelt. Names that another machine
 * resolves or redirects to it are not known here: no name is looked up at the start.
 */
final class OwnResources {

    private static final String LOCALHOST = "localhost";

    private final Set<String> authorities = new HashSet<>();

    /**
     * @param port at which this machine listens, whatever stands before it
     * @param allowedHosts of the {@code Host} header, each with a port or without
     */
    OwnResources(int port, Set<String> allowedHosts) {
        authorities.add(authority(LOCALHOST, port));
        allowedHosts.forEach(this::add);
    }

    /** An address at which it is reached; one without a host is none. */
    void add(Optional<URI> url) {
        url.filter(each -> each.getHost() != null).map(OwnResources::authority).ifPresent(authorities::add);
    }

    private void add(String host) {
        try {
            for (String scheme : List.of("http", "https")) {
                add(Optional.of(new URI(scheme + "://" + host)));
            }
        } catch (URISyntaxException e) {
            // no client can name it either
        }
    }

    /**
     * Whether a request to this URL comes to one of them.
     *
     * @param paths of the resources
     */
    boolean include(URI url, Set<String> paths) {
        return url.getHost() != null
                && authorities.contains(authority(url))
                && paths.contains(CanonicalUri.ofPath(url.getRawPath()));
    }

    private static String authority(URI url) {
        int own = url.getScheme().equals("https") ? 443 : 80;
        return authority(url.getHost(), url.getPort() < 0 ? own : url.getPort());
    }

    private static String authority(String host, int port) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return (isThisMachine(name) ? LOCALHOST : name) + ":" + port;
    }

    private static boolean isThisMachine(String host) {
        return Loopback.isLoopback(host) || host.endsWith("." + LOCALHOST) || isAddressOfThisMachine(host);
    }

    /** Also {@code 0.0.0.0} and {@code ::}, at which a connection comes to this machine, and IPv4 within IPv6. */
    private static boolean isAddressOfThisMachine(String host) {
        if (!host.startsWith("[") && !host.matches("[\\d.]+")) {
            return false;
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || address.isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
