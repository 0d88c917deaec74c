package org.mcpproxy.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
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
    private static final String OKTA_PATH = "/okta" + Backends.DEFAULT_PATH;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

    /** First parts of paths that are somebody else's, or will be. */
    private static final Set<String> RESERVED =
            Set.of("okta", "oauth", "oauth2", "admin", "console", "connections", "health", "jwt", "metrics");

    private final Values values;
    private final BackendCredentialReader credentials;
    private final BackendTransportReader transports;
    private final StdioCommandReader commands;
    private final BackendLimitsReader limits;

    /** @param node the bounds of the whole node */
    BackendsReader(Values values, OktaSettings okta, RelayLimits node) {
        this.values = values;
        this.credentials = new BackendCredentialReader(values, okta);
        this.transports = new BackendTransportReader(values);
        this.commands = new StdioCommandReader(values);
        this.limits = new BackendLimitsReader(values, node);
    }

    /**
     * Of no use where a problem was found.
     *
     * @param ourselves where no backend can be
     */
    Backends read(OwnResources ourselves) {
        Set<String> headers = values.parsed("RELAY_HEADERS", Set.of(), Lists::relayHeaders);
        List<Backend> named =
                names().stream().map(name -> named(name, prefix(name), headers)).toList();
        Optional<Backend> standard = standard(named, headers);
        standard.ifPresent(this::requireServesOktasTokens);
        Backends backends = Backends.of(standard, named);
        backends.paths().forEach(path -> requireElsewhere(backends, path, ourselves));
        return backends;
    }

    private Backend named(String name, String prefix, Set<String> headers) {
        if (values.commandLine(prefix + "_COMMAND").isEmpty()) {
            URI url = values.required(
                    prefix + "_URL",
                    "Give the URL of this MCP server, or its command line in " + prefix + "_COMMAND.",
                    BackendsReader::url);
            return overHttp(name, prefix, url, headers);
        }
        if (values.text(prefix + "_URL").isPresent()) {
            values.problem(prefix + "_COMMAND", "must not be set beside " + prefix + "_URL. Remove one.");
        }
        return stdio(name, prefix, prefix + "_COMMAND", headers);
    }

    private Backend overHttp(String name, String prefix, URI url, Set<String> headers) {
        commands.requireNone(prefix);
        BackendTransport transport = transports.read(prefix, url);
        return new Backend(
                name,
                url,
                credentials.read(prefix),
                headers,
                transport,
                limits.overHttp(prefix, transport.legacySse()));
    }

    private Backend stdio(String name, String prefix, String setting, Set<String> headers) {
        transports.requireNone(prefix);
        StdioCommand command = commands.read(setting, prefix);
        return new Backend(
                name,
                URI.create("stdio:" + (name.isEmpty() ? Backend.UNNAMED_IN_POLICY : name)),
                credentials.none(prefix),
                headers,
                command == null ? BackendTransport.STANDARD : BackendTransport.of(command),
                limits.stdio(prefix));
    }

    private static URI url(String text) throws BadSetting {
        if (!isUrl(text)) {
            throw new BadSetting("is no URL. A command line belongs into the setting that ends with _COMMAND instead.");
        }
        return Addresses.web(text);
    }

    /** Anything that looks like an address is meant as one: a wrong scheme is no program. */
    private static boolean isUrl(String text) {
        return text.matches("[A-Za-z][A-Za-z0-9+.-]*://\\S*");
    }

    private Optional<Backend> standard(List<Backend> named, Set<String> headers) {
        Optional<String> chosen = values.text(DEFAULT);
        if (values.text(ONE).isPresent()) {
            if (chosen.isPresent()) {
                values.problem(DEFAULT, "must not be set beside " + ONE + ": each says what is at /mcp. Remove one.");
            }
            if (!isUrl(values.text(ONE).get())) {
                return Optional.of(stdio(Backend.UNNAMED, ONE, ONE, headers));
            }
            return Optional.ofNullable(values.parsed(ONE, Addresses::web))
                    .map(url -> overHttp(Backend.UNNAMED, ONE, url, headers));
        }
        String nobodys = "is for " + ONE + ", which is not set. Set that of each name in " + MANY + ".";
        if (values.text(ONE + "_CREDENTIAL").isPresent()) {
            values.problem(ONE + "_CREDENTIAL", nobodys);
        }
        limits.requireNone(ONE, nobodys);
        if (values.text(MANY).isEmpty()) {
            values.problem(
                    ONE,
                    "is missing. Give the URL of the MCP server behind this proxy, such as http://localhost:8080/mcp,"
                            + " or its command line; or many, in " + MANY + ".");
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
    private void requireElsewhere(Backends backends, String path, OwnResources ourselves) {
        Backend backend = backends.at(path).orElseThrow();
        Set<String> own = new HashSet<>(backends.paths());
        own.add(OKTA_PATH);
        if (backend.url() != null && ourselves.include(backend.url(), own)) {
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

    /** Those that can be read: the settings of each are, whatever is wrong with another's name. */
    private List<String> names() {
        List<String> listed = values.parsed(MANY, List.of(), BackendsReader::names);
        List<String> good = new ArrayList<>();
        for (String name : listed == null ? List.<String>of() : listed) {
            Optional<String> fault = fault(name, listed);
            fault.ifPresent(why -> values.problem(MANY, why));
            if (fault.isEmpty()) {
                good.add(name);
            }
        }
        return good;
    }

    private static List<String> names(String text) throws BadSetting {
        List<String> names = Lists.ordered(text);
        if (names.isEmpty() || Set.copyOf(names).size() < names.size()) {
            throw new BadSetting("must list one name or more, each once.");
        }
        return names;
    }

    private static Optional<String> fault(String name, List<String> listed) {
        if (!NAME.matcher(name).matches()) {
            return Optional.of("must list names of small letters, digits and -, such as files,jira.");
        }
        if (RESERVED.contains(name)) {
            return Optional.of("must not list " + name + ": that path is not free.");
        }
        // MCP_BACKENDS_A_ENV_B_URL would be a setting of a-env-b, and a variable of a.
        return listed.stream().anyMatch(other -> (name + "-").startsWith(other + "-env-"))
                ? Optional.of("must not list " + name + ": its settings would be another's variables.")
                : Optional.empty();
    }
}
