package org.mcpproxy.config;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.Secret;

/** The rules for the settings that are lists with commas. */
final class Lists {

    private static final Pattern HOST =
            Pattern.compile("([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]+\\])(:[1-9][0-9]{0,4})?");
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+-]*");
    private static final Pattern ORIGIN =
            Pattern.compile("[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\\[[0-9a-f:.]+\\])(:[1-9][0-9]{0,4})?");

    /** Schemes that a browser acts on itself: a redirect to one is script, a file or a way around every other rule. */
    private static final Set<String> NEVER_REDIRECTED = Set.of(
            "http",
            "https",
            "javascript",
            "data",
            "file",
            "vbscript",
            "blob",
            "filesystem",
            "about",
            "ws",
            "wss",
            "ftp");

    /** What a bearer token may be written in (RFC 6750 2.1), and so long that nobody guesses it. */
    private static final Pattern BEARER_TOKEN = Pattern.compile("(?=.{32,512}$)[A-Za-z0-9._~+/-]+=*");

    private Lists() {}

    /** Tokens that somebody else will bear. */
    static List<Secret> bearerTokens(String text) throws BadSetting {
        List<String> tokens = ordered(text);
        require(
                !tokens.isEmpty()
                        && tokens.stream()
                                .allMatch(token -> BEARER_TOKEN.matcher(token).matches()),
                "must be a token of at least 32 letters, digits and ._~+/- (openssl rand -hex 32), or several of them with"
                        + " commas.");
        return tokens.stream().map(Secret::new).toList();
    }

    /** Host names with optional ports, in lower case. */
    static Set<String> hosts(String text) throws BadSetting {
        Set<String> hosts = items(text.toLowerCase(Locale.ROOT));
        for (String host : hosts) {
            require(
                    HOST.matcher(host).matches(),
                    "must list host names, with a port where it is not the usual one: "
                            + "proxy.example.com,10.0.0.5:3001.");
        }
        return hosts;
    }

    /** Domain names without ports, in lower case. */
    static Set<String> domains(String text) throws BadSetting {
        Set<String> domains = items(text.toLowerCase(Locale.ROOT));
        for (String domain : domains) {
            require(
                    DOMAIN.matcher(domain).matches(),
                    "must list domains, each of which stands for its subdomains too, such as example.com; no scheme, no"
                            + " port and no *.");
        }
        return domains;
    }

    static Set<String> redirectSchemes(String text) throws BadSetting {
        Set<String> schemes = items(text.toLowerCase(Locale.ROOT));
        for (String scheme : schemes) {
            require(
                    SCHEME.matcher(scheme).matches() && !NEVER_REDIRECTED.contains(scheme),
                    "must list the schemes of applications, such as cursor,vscode; never one of the web's own, and"
                            + " schemes with a dot need no listing.");
        }
        return schemes;
    }

    /** Names of request headers, in lower case. */
    static Set<String> relayHeaders(String text) throws BadSetting {
        Set<String> names = items(text.toLowerCase(Locale.ROOT));
        RelayHeaders.require(names);
        return names;
    }

    /** Origins, and the word {@code loopback}. */
    static CorsOrigins corsOrigins(String text) throws BadSetting {
        Set<String> origins = new LinkedHashSet<>(items(text.toLowerCase(Locale.ROOT)));
        boolean loopback = origins.remove("loopback");
        for (String origin : origins) {
            require(
                    ORIGIN.matcher(origin).matches(),
                    "must list exact origins, such as https://app.example.com, or the word loopback; no path, no"
                            + " trailing slash and no *.");
        }
        return new CorsOrigins(loopback, Set.copyOf(origins));
    }

    private static Set<String> items(String text) {
        return Set.copyOf(ordered(text));
    }

    /** The items as they stand, without the blanks around them. */
    static List<String> ordered(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static void require(boolean right, String remedy) throws BadSetting {
        if (!right) {
            throw new BadSetting(remedy);
        }
    }
}
