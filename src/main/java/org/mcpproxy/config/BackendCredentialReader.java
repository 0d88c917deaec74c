package org.mcpproxy.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.mcpproxy.oauth.Secret;

/** Reads {@code …_CREDENTIAL}, and what belongs to it. */
final class BackendCredentialReader {

    private static final String HEADER_NAME = "[A-Za-z0-9-]{1,64}";

    /** Visible ASCII and blanks between (RFC 9110 5.5). */
    private static final String HEADER_VALUE = "[!-~]([ -~]*[!-~])?";

    /** Headers that mean something else to MCP or to HTTP. */
    private static final Set<String> TAKEN = Set.of(
            "accept",
            "accept-encoding",
            "connection",
            "content-length",
            "content-type",
            "expect",
            "host",
            "last-event-id",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final List<String> OF_STATIC = List.of("_HEADER", "_VALUE");
    private static final List<String> OF_EXCHANGE = List.of("_AUDIENCE", "_SCOPES", "_ISSUER");

    private final Values values;
    private final OktaSettings okta;
    private final TokenExchangeReader exchanges;

    BackendCredentialReader(Values values, OktaSettings okta) {
        this.values = values;
        this.okta = okta;
        this.exchanges = new TokenExchangeReader(values, okta);
    }

    /**
     * @param prefix of the backend's settings, such as {@code MCP_BACKENDS_FILES}
     * @return null where a problem was found
     */
    BackendCredential read(String prefix) {
        String setting = prefix + "_CREDENTIAL";
        String kind = values.parsed(setting, "identity", BackendCredentialReader::kind);
        if (kind != null && !kind.equals("static")) {
            OF_STATIC.forEach(part -> requireAbsent(setting + part, "static"));
        }
        if (kind != null && !kind.equals("exchange")) {
            OF_EXCHANGE.forEach(part -> requireAbsent(setting + part, "exchange"));
        }
        requireBearerTokens(setting, kind);
        return kind == null
                ? null
                : switch (kind) {
                    case "none" -> new BackendCredential.None();
                    case "okta" -> new BackendCredential.Okta();
                    case "exchange" -> exchanges.read(setting);
                    case "static" -> fixed(setting);
                    default -> new BackendCredential.Identity();
                };
    }

    /** Of a stdio server: there is no request whose header could bear it. */
    BackendCredential none(String prefix) {
        String setting = prefix + "_CREDENTIAL";
        values.text(setting)
                .filter(kind -> !kind.equals("none"))
                .ifPresent(kind -> values.problem(
                        setting,
                        "is for MCP servers with a URL: a command line is sent no headers. Remove it, and give a secret"
                                + " with " + prefix + "_ENV_{VAR}."));
        OF_STATIC.forEach(part -> requireAbsent(setting + part, "static"));
        OF_EXCHANGE.forEach(part -> requireAbsent(setting + part, "exchange"));
        return new BackendCredential.None();
    }

    /** An MCP server has no key of ours, so it could not use what is bound to one; nor may another be exchanged for it. */
    private void requireBearerTokens(String setting, String kind) {
        if (okta.boundTokens() && ("okta".equals(kind) || "exchange".equals(kind))) {
            values.problem(
                    setting,
                    "must not be " + kind
                            + " with OKTA_DPOP=on: tokens that Okta binds to a key of this proxy are no bearer"
                            + " tokens for an MCP server. Choose identity, or leave OKTA_DPOP off.");
        }
    }

    /** It would be believed to be sent. */
    private void requireAbsent(String setting, String kind) {
        if (values.text(setting).isPresent()) {
            values.problem(setting, "is for the credential " + kind + " alone. Set that, or remove it.");
        }
    }

    private BackendCredential fixed(String setting) {
        String header = values.parsed(setting + "_HEADER", "Authorization", BackendCredentialReader::header);
        Secret value = values.required(
                setting + "_VALUE",
                "Give the whole value of the header, such as Bearer and a token.",
                BackendCredentialReader::value);
        return new BackendCredential.Static(header, value);
    }

    private static String kind(String text) throws BadSetting {
        if (!Set.of("none", "identity", "okta", "exchange", "static").contains(text)) {
            throw new BadSetting("must be identity, okta, exchange, static or none.");
        }
        return text;
    }

    private static String header(String text) throws BadSetting {
        String name = text.toLowerCase(Locale.ROOT);
        if (!text.matches(HEADER_NAME) || TAKEN.contains(name) || name.startsWith("mcp-")) {
            throw new BadSetting(
                    "must be the name of a request header, such as X-Api-Key, and none of HTTP's or MCP's own.");
        }
        return text;
    }

    private static Secret value(String text) throws BadSetting {
        if (!text.matches(HEADER_VALUE)) {
            throw new BadSetting("must be the value of a header: visible ASCII signs.");
        }
        return new Secret(text);
    }
}
