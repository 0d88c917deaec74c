package org.mcpproxy.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Reads and checks every setting, once, at the start. */
final class SettingsReader {

    private static final System.Logger LOG = System.getLogger(SettingsReader.class.getName());

    private static final int DEFAULT_PORT = 3001;
    private static final int HIGHEST_PORT = 65_535;
    private static final int LONGEST_GRACE_SECONDS = 600;
    private static final Set<String> LOG_LEVELS = Set.of("DEBUG", "INFO");

    private final Values values;
    private final SecretKeyFile keyFile;

    /**
     * @param source gives the text of a setting by its name
     * @param outputFolder where a secret key is kept that nobody set
     */
    SettingsReader(Function<String, Optional<String>> source, Path outputFolder, RandomGenerator random) {
        this.values = new Values(source);
        this.keyFile = new SecretKeyFile(outputFolder, random);
    }

    /** @throws SettingsException which names every setting that is missing or wrong */
    Settings read() {
        Integer port = values.parsed("PROXY_PORT", DEFAULT_PORT, SettingsReader::port);
        values.parsed("LOGLEVEL", SettingsReader::logLevel);
        URI publicUrl = values.parsed("PUBLIC_URL", URI.create("http://localhost:" + port), Addresses::origin);
        Set<String> allowedHosts = values.parsed("ALLOWED_HOSTS", Set.of(), Lists::hosts);
        Set<String> schemes = values.parsed(
                "REDIRECT_SCHEMES", Set.of("cursor", "vscode", "vscode-insiders", "claude"), Lists::redirectSchemes);
        CorsOrigins origins = values.parsed("CORS_ORIGINS", new CorsOrigins(true, Set.of()), Lists::corsOrigins);
        OktaSettings okta = new OktaSettingsReader(values).read();
        Backend backend = values.required(
                "MCP_BACKEND",
                "Give the URL of the MCP server behind this proxy, such as http://localhost:8080/mcp.",
                SettingsReader::backend);
        Duration grace =
                values.parsed("REFRESH_GRACE_SECONDS", Lifetimes.standard().refreshGrace(), SettingsReader::grace);
        AddressLimits addressLimits = new AddressLimitsReader(values).read();
        RelayLimits relayLimits = new RelayLimitsReader(values).read();
        SecretKeyMaterial setKey = values.parsed("SESSION_SECRET_KEY", SecretKeys::parse);
        SecretKeyMaterial key = values.text("SESSION_SECRET_KEY").isPresent() ? setKey : keptKey();
        values.requireNoProblem();
        return new Settings(
                publicUrl,
                port,
                allowedHosts,
                schemes,
                origins.with(publicUrl.toString()),
                okta,
                backend,
                key,
                Lifetimes.standard().withRefreshGrace(grace),
                addressLimits,
                relayLimits);
    }

    private SecretKeyMaterial keptKey() {
        try {
            SecretKeyMaterial key = keyFile.load();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "SESSION_SECRET_KEY is not set: using the key in " + keyFile.path()
                            + ". Whoever removes that file ends every sign-on. Set SESSION_SECRET_KEY in production.");
            return key;
        } catch (BadSetting e) {
            values.problem("SESSION_SECRET_KEY", e.getMessage());
            return null;
        }
    }

    private static Integer port(String text) throws BadSetting {
        return number(text, 1, HIGHEST_PORT);
    }

    private static Duration grace(String text) throws BadSetting {
        return Duration.ofSeconds(number(text, 0, LONGEST_GRACE_SECONDS));
    }

    static int number(String text, int least, int most) throws BadSetting {
        if (text.matches("\\d{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new BadSetting("must be a whole number from " + least + " to " + most + ".");
    }

    private static String logLevel(String text) throws BadSetting {
        if (!LOG_LEVELS.contains(text)) {
            throw new BadSetting("must be INFO or DEBUG.");
        }
        return text;
    }

    private static Backend backend(String text) throws BadSetting {
        if (!text.contains("://")) {
            throw new BadSetting("is a command line, and this version cannot run stdio servers yet. Give the http:// or"
                    + " https:// URL of an MCP server that speaks Streamable HTTP.");
        }
        return new Backend(Addresses.web(text));
    }
}
