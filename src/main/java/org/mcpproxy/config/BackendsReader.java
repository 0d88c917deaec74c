package org.mcpproxy.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads which MCP servers are behind the proxy: {@code MCP_BACKEND} is the short form for one. */
final class BackendsReader {

    private static final String ONE = "MCP_BACKEND";
    private static final String MANY = "MCP_BACKENDS";
    private static final String DEFAULT = "MCP_DEFAULT_BACKEND";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

    /** First parts of paths that are somebody else's, or will be. */
    private static final Set<String> RESERVED =
            Set.of("okta", "oauth", "oauth2", "admin", "console", "connections", "health", "jwt");

    private final Values values;
    private final BackendCredentialReader credentials;
    private final BackendTransportReader transports;

    BackendsReader(Values values, OktaSettings okta) {
        this.values = values;
        this.credentials = new BackendCredentialReader(values, okta);
        this.transports = new BackendTransportReader(values);
    }

    /**
     * Of no use where a problem was found.
     *
     * @param publicUrl our own, at which no backend can be
     */
    Backends read(URI publicUrl) {
        Set<String> headers = values.parsed("RELAY_HEADERS", Set.of(), Lists::relayHeaders);
        List<String> names = values.parsed(MANY, List.of(), BackendsReader::names);
        List<Backend> named = new ArrayList<>();
        for (String name : names == null ? List.<String>of() : names) {
            String prefix = prefix(name);
            URI url = values.required(prefix + "_URL", "Give the URL of this MCP server.", BackendsReader::url);
            named.add(new Backend(name, url, credentials.read(prefix), headers, transports.read(prefix, url)));
        }
        Optional<Backend> standard = standard(named, headers);
        standard.ifPresent(this::requireServesOktasTokens);
        Backends backends = Backends.of(standard, named);
        backends.paths().forEach(path -> requireElsewhere(backends, path, publicUrl));
        return backends;
    }

    private Optional<Backend> standard(List<Backend> named, Set<String> headers) {
        Optional<String> chosen = values.text(DEFAULT);
        if (values.text(ONE).isPresent()) {
            if (chosen.isPresent()) {
                values.problem(DEFAULT, "must not be set beside " + ONE + ": each says what is at /mcp. Remove one.");
            }
            return Optional.ofNullable(values.parsed(ONE, BackendsReader::url))
                    .map(url -> new Backend(
                            Backend.UNNAMED, url, credentials.read(ONE), headers, transports.read(ONE, url)));
        }
        if (values.text(ONE + "_CREDENTIAL").isPresent()) {
            values.problem(
                    ONE + "_CREDENTIAL",
                    "is for " + ONE + ", which is not set. Set that of each name in " + MANY + ".");
        }
        if (values.text(MANY).isEmpty()) {
            values.problem(
                    ONE,
                    "is missing. Give the URL of the MCP server behind this proxy, such as http://localhost:8080/mcp;"
                            + " or of many, in " + MANY + ".");
        }
        if (chosen.isEmpty() && values.text("OKTA_AUDIENCE").isPresent()) {
            values.problem(DEFAULT, "is missing. OKTA_AUDIENCE opens /okta/mcp, which leads to the default backend.");
        }
        Optional<Backend> found = chosen.flatMap(name ->
                named.stream().filter(backend -> backend.name().equals(name)).findFirst());
        if (chosen.isPresent() && found.isEmpty()) {
            values.problem(DEFAULT, "must be one of the names in " + MANY + ".");
        }
        return found;
    }

    /** It would call itself, and what we sign for a backend would have one of our own resources as its audience. */
    private void requireElsewhere(Backends backends, String path, URI publicUrl) {
        Backend backend = backends.at(path).orElseThrow();
        String url = String.valueOf(backend.url());
        if (backends.paths().stream().anyMatch(own -> url.equals(publicUrl + own))
                || url.equals(publicUrl + "/okta/mcp")) {
            values.problem(
                    backend.name().isEmpty() ? ONE : prefix(backend.name()) + "_URL",
                    "leads back to this proxy. Give the URL of the MCP server itself.");
        }
    }

    /** A token that was issued for us must not go on to another (MCP, Token Passthrough), and there is no other. */
    private void requireServesOktasTokens(Backend standard) {
        boolean needsSession = standard.credential() instanceof BackendCredential.Okta
                || standard.credential() instanceof BackendCredential.Exchange;
        if (needsSession && values.text("OKTA_AUDIENCE").isPresent()) {
            values.problem(
                    "OKTA_AUDIENCE",
                    "cannot be set where the default backend has the credential okta or exchange: whoever comes to /okta/mcp has"
                            + " not signed in here, and their own token must not be passed on. Give that backend another.");
        }
    }

    /** Such as {@code MCP_BACKENDS_OUR_FILES}. */
    private static String prefix(String name) {
        return MANY + "_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static List<String> names(String text) throws BadSetting {
        List<String> names = Lists.ordered(text);
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new BadSetting("must list names of small letters, digits and -, such as files,jira.");
            }
            if (RESERVED.contains(name)) {
                throw new BadSetting("must not list " + name + ": that path is not free.");
            }
        }
        if (names.isEmpty() || Set.copyOf(names).size() < names.size()) {
            throw new BadSetting("must list one name or more, each once.");
        }
        return names;
    }

    private static URI url(String text) throws BadSetting {
        if (!text.contains("://")) {
            throw new BadSetting("is a command line, and this version cannot run stdio servers yet. Give the http:// or"
                    + " https:// URL of an MCP server that speaks Streamable HTTP.");
        }
        return Addresses.web(text);
    }
}
