package org.mcpproxy.config;

import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.openid.connect.sdk.OIDCScopeValue;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.oauth.Secret;

/** Reads the settings that begin with {@code OKTA_}. */
final class OktaSettingsReader {

    /** Okta's own domains; an org may also have one of its customer's, which {@code OKTA_ORG_URL} then names. */
    private static final List<String> OKTA_DOMAINS =
            List.of(".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com", ".okta.mil");

    /** The audience of the built-in {@code default} server: every application of the org gets tokens for it. */
    private static final String SHARED_AUDIENCE = "api://default";

    private final Values values;

    OktaSettingsReader(Values values) {
        this.values = values;
    }

    /** The settings, which are whole only where no problem was noted. */
    OktaSettings read() {
        URI org = values.parsed("OKTA_ORG_URL", Addresses::origin);
        URI issuer = values.parsed("OKTA_ISSUER", org, Addresses::issuer);
        if (values.text("OKTA_ORG_URL").isEmpty() && values.text("OKTA_ISSUER").isEmpty()) {
            values.problem(
                    "OKTA_ORG_URL",
                    "is missing. Give your org's URL, such as https://your-org.okta.com, or give OKTA_ISSUER.");
        }
        boolean orgServer = isOrgServer(issuer, org);
        return new OktaSettings(
                issuer,
                orgServer,
                values.required(
                        "OKTA_CLIENT_ID", "Give the client ID of the application that you made in Okta.", text -> text),
                credential(values, "OKTA"),
                values.parsed("OKTA_SCOPES", defaultScopes(orgServer), OktaSettingsReader::scopes),
                values.text("OKTA_GROUPS_CLAIM").orElse("groups"),
                values.text("OKTA_SCOPE_CLAIM").orElse("scp"),
                values.text("OKTA_CLIENT_CLAIM").orElse("cid"),
                Optional.ofNullable(values.parsed("OKTA_AUDIENCE", text -> audience(text, orgServer))),
                Boolean.TRUE.equals(values.parsed("OKTA_CROSS_APP_ACCESS", Boolean.FALSE, SettingsReader::onOrOff)),
                Boolean.TRUE.equals(values.parsed("OKTA_PUSHED_REQUESTS", Boolean.TRUE, SettingsReader::onOrOff)),
                Boolean.TRUE.equals(values.parsed("OKTA_DPOP", Boolean.FALSE, SettingsReader::onOrOff)));
    }

    /** An org authorization server's issuer is the org's URL itself, without a path. */
    static boolean isOrgServer(URI issuer, URI org) {
        if (issuer == null || !issuer.getRawPath().isEmpty()) {
            return false;
        }
        return issuer.equals(org) || OKTA_DOMAINS.stream().anyMatch(issuer.getHost()::endsWith);
    }

    /**
     * How an application authenticates at Okta; null where a problem was found.
     *
     * @param prefix of its settings, such as {@code OKTA}
     */
    static Credential credential(Values values, String prefix) {
        String ofSecret = prefix + "_CLIENT_SECRET";
        String ofKey = prefix + "_PRIVATE_KEY";
        Optional<String> secret = values.text(ofSecret);
        boolean key = values.text(ofKey).isPresent();
        if (secret.isPresent() == key) {
            values.problem(
                    ofSecret,
                    key
                            ? "and " + ofKey + " are both set. Keep the one that the Okta application uses."
                            : "is missing. Give the client secret of the Okta application, or " + ofKey + " where it"
                                    + " uses a key pair.");
        }
        return key
                ? values.parsed(ofKey, text -> new Credential.PrivateKey(PrivateKeys.parse(text)))
                : secret.map(text -> new Credential.ClientSecret(new Secret(text)))
                        .orElse(null);
    }

    private static Scope defaultScopes(boolean orgServer) {
        Scope scopes = Scope.parse("openid profile email offline_access");
        if (orgServer) {
            scopes.add("groups");
        }
        return scopes;
    }

    private static Scope scopes(String text) throws BadSetting {
        Scope scopes = Scope.parse(text.replace(',', ' '));
        if (!scopes.contains(OIDCScopeValue.OPENID)) {
            throw new BadSetting("must contain openid: without an ID token nobody can be signed on.");
        }
        return scopes;
    }

    private static String audience(String text, boolean orgServer) throws BadSetting {
        if (orgServer) {
            throw new BadSetting("needs a custom authorization server: only Okta may judge the access tokens of the org"
                    + " server. Set OKTA_ISSUER to one (https://your-org.okta.com/oauth2/...), or leave this unset.");
        }
        if (text.equals(SHARED_AUDIENCE)) {
            throw new BadSetting("must not be " + SHARED_AUDIENCE + ": every application of the org gets tokens for it."
                    + " Make an authorization server with an audience of its own in Okta.");
        }
        return text;
    }
}
