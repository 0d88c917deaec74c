package org.mcpproxy.web;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Loopback;

/** The {@code Host} values (RFC 9110 7.2) that are answered, compared whole: name and port. */
final class KnownHosts {

    private static final List<String> LOOPBACK_ALIASES = List.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> hosts = new HashSet<>();
    private final String defaultPort;

    private KnownHosts(boolean secure) {
        this.defaultPort = secure ? ":443" : ":80";
    }

    static KnownHosts of(Settings settings) {
        URI url = settings.publicUrl();
        KnownHosts known = new KnownHosts(settings.secure());
        known.add(url.getRawAuthority());
        if (Loopback.isLoopback(url.getHost())) {
            String port = url.getPort() < 0 ? "" : ":" + url.getPort();
            LOOPBACK_ALIASES.forEach(alias -> known.add(alias + port));
        }
        settings.allowedHosts().forEach(known::add);
        settings.nodeUrl().map(URI::getRawAuthority).ifPresent(known::add);
        return known;
    }

    boolean contain(String host) {
        return hosts.contains(canonical(host));
    }

    private void add(String host) {
        hosts.add(canonical(host));
    }

    private String canonical(String host) {
        String lowerCase = host.toLowerCase(Locale.ROOT);
        return lowerCase.endsWith(defaultPort)
                ? lowerCase.substring(0, lowerCase.length() - defaultPort.length())
                : lowerCase;
    }
}
