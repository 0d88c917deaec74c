package org.mcpproxy.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.config.RegistrationSettings.Access;
import org.mcpproxy.oauth.Secret;

/** Reads who may register clients. */
final class RegistrationSettingsReader {

    private static final String ACCESS = "REGISTRATION";
    private static final String TOKEN = "REGISTRATION_TOKEN";
    private static final int MOST_UNUSED = 10_000_000;

    private final Values values;

    RegistrationSettingsReader(Values values) {
        this.values = values;
    }

    /** Of no use where a problem was found. */
    RegistrationSettings read() {
        RegistrationSettings standard = RegistrationSettings.standard();
        Access access = values.parsed(ACCESS, standard.access(), RegistrationSettingsReader::access);
        List<Secret> tokens = values.parsed(TOKEN, standard.initialTokens(), Lists::bearerTokens);
        Set<String> hosts = values.parsed("REGISTRATION_REDIRECT_HOSTS", standard.redirectHosts(), Lists::hosts);
        Integer unused = values.parsed(
                "REGISTRATION_UNUSED_CLIENTS",
                standard.unusedClients(),
                text -> SettingsReader.number(text, 1, MOST_UNUSED));
        if (access == null || tokens == null || hosts == null || unused == null) {
            return standard;
        }
        requireTokensWhereTheyCount(access, tokens);
        return new RegistrationSettings(access, tokens, hosts, unused);
    }

    /** Who sets a token believes that it is asked for. */
    private void requireTokensWhereTheyCount(Access access, List<Secret> tokens) {
        if (access == Access.TOKEN && tokens.isEmpty()) {
            values.problem(TOKEN, "is missing. With " + ACCESS + "=token, give what who registers a client must bear.");
        }
        if (access != Access.TOKEN && !tokens.isEmpty()) {
            values.problem(TOKEN, "is asked for with " + ACCESS + "=token alone. Set that too, or leave it out.");
        }
    }

    private static Access access(String text) throws BadSetting {
        Optional<Access> access = List.of(Access.values()).stream()
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst();
        return access.orElseThrow(() -> new BadSetting("must be open, token or closed."));
    }
}
