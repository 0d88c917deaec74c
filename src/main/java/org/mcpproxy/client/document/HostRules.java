package org.mcpproxy.client.document;

import java.util.Set;
import java.util.regex.Pattern;
import org.mcpproxy.client.ClientIdUrl;
import org.mcpproxy.config.ClientDocumentSettings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Which hosts may be asked for something, judged by what is written, before any name is looked up. */
final class HostRules {

    private static final int HTTPS_PORT = 443;

    /** With a letter at the start of the last label: every way to write an address in digits has none. */
    private static final Pattern PUBLIC_NAME = Pattern.compile("([a-z0-9_-]+\\.)+[a-z][a-z0-9-]*\\.?");

    private static final Set<String> NEVER_PUBLIC = Set.of("localhost", "local", "internal", "arpa", "test", "invalid");

    private final ClientDocumentSettings settings;

    HostRules(ClientDocumentSettings settings) {
        this.settings = settings;
    }

    /** @throws Rejection {@code CLIENT_DOCUMENTS_OFF} or {@code CLIENT_DOCUMENT_HOST_…} */
    void require(ClientIdUrl url) {
        require(settings.on(), Reason.CLIENT_DOCUMENTS_OFF);
        String host = withoutLastDot(url.host());
        require(settings.deniedDomains().stream().noneMatch(domain -> isIn(host, domain)), denied());
        require(
                settings.domains().isEmpty() || settings.domains().stream().anyMatch(domain -> isIn(host, domain)),
                denied());
        if (!isPrivateAllowed(url)) {
            boolean otherPort = mayBePrivate(host);
            require(url.port() == HTTPS_PORT && isPublicName(host) && !otherPort, Reason.CLIENT_DOCUMENT_HOST_PRIVATE);
        }
    }

    /** Whether an administrator has named this host, with this port, as one that may be private. */
    private boolean isPrivateAllowed(ClientIdUrl url) {
        return settings.privateHosts().contains(url.authority());
    }

    /** Whether an administrator has named this host, with whatever port: which it was, {@link #require} has judged. */
    boolean mayBePrivate(String host) {
        return settings.privateHosts().stream()
                .anyMatch(allowed -> allowed.equals(host) || allowed.startsWith(host + ":"));
    }

    private static boolean isPublicName(String host) {
        String last = host.substring(host.lastIndexOf('.') + 1);
        return PUBLIC_NAME.matcher(host).matches() && !NEVER_PUBLIC.contains(last);
    }

    private static boolean isIn(String host, String domain) {
        return host.equals(domain) || host.endsWith("." + domain);
    }

    private static String withoutLastDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static Reason denied() {
        return Reason.CLIENT_DOCUMENT_HOST_DENIED;
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
