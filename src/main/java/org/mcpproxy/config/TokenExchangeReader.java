package org.mcpproxy.config;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.util.List;

/** Reads what belongs to the credential {@code exchange}, and the application that exchanges for all backends. */
final class TokenExchangeReader {

    private static final String CLIENT = "OKTA_EXCHANGE";

    /** RFC 6749 3.3. */
    private static final String SCOPE = "[!#-\\[\\]-~]+";

    private static final String AUDIENCE = "[!-~]{1,500}";

    private final Values values;
    private final OktaSettings okta;
    private final ExchangeClient client;

    TokenExchangeReader(Values values, OktaSettings okta) {
        this.values = values;
        this.okta = okta;
        this.client = client();
    }

    /**
     * Of no use where a problem was found.
     *
     * @param setting such as {@code MCP_BACKENDS_FILES_CREDENTIAL}
     */
    BackendCredential read(String setting) {
        if (okta.orgServer()) {
            values.problem(
                    setting,
                    "cannot be exchange where people sign in at the org's own server, whose tokens Okta does not exchange."
                            + " Set OKTA_ISSUER to a custom authorization server.");
        }
        return new BackendCredential.Exchange(
                values.parsed(setting + "_ISSUER", okta.issuer(), this::issuer),
                values.required(
                        setting + "_AUDIENCE",
                        "Give the audience of the authorization server that the MCP server trusts.",
                        this::audience),
                values.parsed(setting + "_SCOPES", new Scope(), TokenExchangeReader::scopes),
                client);
    }

    /** Who signs people in exchanges their tokens too, unless another application is to. */
    private ExchangeClient client() {
        if (List.of("_CLIENT_ID", "_CLIENT_SECRET", "_PRIVATE_KEY").stream()
                .noneMatch(part -> values.text(CLIENT + part).isPresent())) {
            return new ExchangeClient(okta.clientId(), okta.credential());
        }
        return new ExchangeClient(
                values.required(
                        CLIENT + "_CLIENT_ID",
                        "Give the client ID of the service application that exchanges tokens.",
                        text -> text),
                OktaSettingsReader.credential(values, CLIENT));
    }

    /** Users' tokens go there. */
    private URI issuer(String text) throws BadSetting {
        URI issuer = Addresses.issuer(text);
        boolean sameOrg = okta.issuer() == null
                || issuer.getRawAuthority().equals(okta.issuer().getRawAuthority());
        if (!sameOrg || OktaSettingsReader.isOrgServer(issuer, null)) {
            throw new BadSetting("must be a custom authorization server of the org that OKTA_ISSUER belongs to.");
        }
        return issuer;
    }

    private String audience(String text) throws BadSetting {
        if (!text.matches(AUDIENCE)) {
            throw new BadSetting("must be the audience of an authorization server, such as api://files.");
        }
        if (okta.audience().filter(text::equals).isPresent()) {
            throw new BadSetting("must not be OKTA_AUDIENCE: the MCP server could call /okta/mcp in the user's name.");
        }
        return text;
    }

    /** No exchange answers with the two, and Okta refuses the whole request for them. */
    private static Scope scopes(String text) throws BadSetting {
        Scope scopes = Scope.parse(text.replace(',', ' '));
        if (scopes.toStringList().stream().anyMatch(scope -> !scope.matches(SCOPE))
                || scopes.contains("openid")
                || scopes.contains("offline_access")) {
            throw new BadSetting("must list scopes of the MCP server's own, without openid and offline_access.");
        }
        return scopes;
    }
}
