package org.mcpproxy.config;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.policy.PolicySource;

/** Reads and checks every setting, once, at the start. */
final class SettingsReader {

    private static final int DEFAULT_PORT = 3001;
    private static final int HIGHEST_PORT = 65_535;
    private static final int LONGEST_GRACE_SECONDS = 600;
    private static final Duration KEY_ROTATION = Duration.ofDays(90);
    private static final int LONGEST_ROTATION_DAYS = 3_650;
    private static final List<String> OF_THE_DATABASE =
            List.of("DATABASE_URL", "DATABASE_USER", "DATABASE_CONNECTIONS", "DATABASE_RESERVE_MB", "DATABASE_OPTIONS");
    private static final long MEGABYTE = 1024L * 1024;
    private static final long DEFAULT_RESERVE = 64 * MEGABYTE;
    private static final int SMALLEST_RESERVE = 16;
    private static final int LARGEST_RESERVE = 999_999_999;
    private static final int DEFAULT_CONNECTIONS = 20;
    private static final int MOST_CONNECTIONS = 1_000;
    private static final Set<String> DATABASES = Set.of("jdbc:postgresql:", "jdbc:h2:");
    private static final Set<String> LOG_LEVELS = Set.of("DEBUG", "INFO");

    private final Values values;
    private final SecretKeyFile keyFile;
    private final Optional<ServerVariables> serverVariables;

    /**
     * @param source gives the text of a setting by its name
     * @param names of all settings there are, others' among them
     * @param outputFolder where a secret key is kept that nobody set
     * @param serverVariables those of the server, where its {@code server.xml} is ours
     */
    SettingsReader(
            Function<String, Optional<String>> source,
            Supplier<Set<String>> names,
            Path outputFolder,
            RandomGenerator random,
            Optional<ServerVariables> serverVariables) {
        this.values = new Values(source, names);
        this.keyFile = new SecretKeyFile(outputFolder, random);
        this.serverVariables = serverVariables;
    }

    /** @throws SettingsException which names every setting that is missing or wrong */
    Settings read() {
        OF_THE_DATABASE.forEach(values::requireUnquoted);
        values.requireNotEnclosed("DATABASE_PASSWORD");
        serverVariables.ifPresent(this::unquote);
        Integer port = values.parsed("PROXY_PORT", DEFAULT_PORT, SettingsReader::port);
        values.parsed("LOGLEVEL", SettingsReader::logLevel);
        TrustedProxies trustedProxies =
                values.parsed("TRUSTED_PROXIES", TrustedProxies.NONE, SettingsReader::trustedProxies);
        values.parsed("DATABASE_URL", SettingsReader::database);
        Integer connections = values.parsed("DATABASE_CONNECTIONS", DEFAULT_CONNECTIONS, SettingsReader::connections);
        Long reserve = values.parsed("DATABASE_RESERVE_MB", DEFAULT_RESERVE, SettingsReader::reserve);
        URI publicUrl = values.parsed("PUBLIC_URL", URI.create("http://localhost:" + port), Addresses::origin);
        Set<String> allowedHosts = values.parsed("ALLOWED_HOSTS", Set.of(), Lists::hosts);
        Set<String> schemes = values.parsed(
                "REDIRECT_SCHEMES", Set.of("cursor", "vscode", "vscode-insiders", "claude"), Lists::redirectSchemes);
        CorsOrigins origins = values.parsed("CORS_ORIGINS", new CorsOrigins(true, Set.of()), Lists::corsOrigins);
        OktaSettings okta = new OktaSettingsReader(values).read();
        RelayLimits general = RelayLimitsReader.ofNode(values).read();
        Optional<URI> nodeUrl = Optional.ofNullable(values.parsed("NODE_URL", Addresses::node));
        Backends backends = new BackendsReader(values, okta, general)
                .read(ourselves(port, allowedHosts, Optional.ofNullable(publicUrl), nodeUrl));
        RelayLimits relayLimits = general.withRoomFor(backends.longestBody());
        Optional<PolicySource> policy = new PolicySettingReader(values).read(backends);
        Duration grace =
                values.parsed("REFRESH_GRACE_SECONDS", Lifetimes.standard().refreshGrace(), SettingsReader::grace);
        AddressLimits addressLimits = new AddressLimitsReader(values).read();
        ClientDocumentSettings clientDocuments = new ClientDocumentSettingsReader(values).read();
        RegistrationSettings registration = new RegistrationSettingsReader(values).read();
        Optional<ClientsFile> clientsFile = Optional.ofNullable(values.parsed("CLIENTS_FILE", ClientsFile::read));
        if (okta.crossAppAccess() && values.text("CLIENTS_FILE").isEmpty()) {
            values.problem(
                    "OKTA_CROSS_APP_ACCESS",
                    "needs CLIENTS_FILE: only clients that stand there, with the grant type"
                            + " urn:ietf:params:oauth:grant-type:jwt-bearer, may bring an ID-JAG.");
        }
        List<Secret> metricsTokens = values.parsed("METRICS_TOKEN", List.of(), Lists::bearerTokens);
        KeyRing secretKeys = new KeyRingReader(values, keyFile).read();
        Duration keyRotation = values.parsed("KEY_ROTATION_DAYS", KEY_ROTATION, SettingsReader::days);
        values.requireNoProblem();
        return new Settings(
                publicUrl,
                port,
                trustedProxies,
                allowedHosts,
                schemes,
                origins.with(publicUrl.toString()),
                okta,
                backends,
                policy,
                nodeUrl,
                secretKeys,
                connections,
                reserve,
                keyRotation,
                Lifetimes.standard().withRefreshGrace(grace),
                addressLimits,
                clientDocuments,
                registration,
                clientsFile,
                relayLimits,
                metricsTokens);
    }

    /** Some are null where they are wrong. */
    private static OwnResources ourselves(
            Integer port, Set<String> allowedHosts, Optional<URI> publicUrl, Optional<URI> nodeUrl) {
        OwnResources ourselves =
                new OwnResources(port == null ? DEFAULT_PORT : port, allowedHosts == null ? Set.of() : allowedHosts);
        ourselves.add(publicUrl);
        ourselves.add(nodeUrl);
        return ourselves;
    }

    private void unquote(ServerVariables variables) {
        try {
            variables.keep(values.unquoted(ServerVariables.NAMES));
        } catch (IOException e) {
            values.problem(
                    "The file " + variables.file(),
                    "cannot be brought up to date, by which Open Liberty reads settings that stand in quotes."
                            + " Take the quotes off, or let the server's user write there.");
        }
    }

    private static Integer port(String text) throws BadSetting {
        return number(text, 1, HIGHEST_PORT);
    }

    private static Duration grace(String text) throws BadSetting {
        return Duration.ofSeconds(number(text, 0, LONGEST_GRACE_SECONDS));
    }

    private static Duration days(String text) throws BadSetting {
        return Duration.ofDays(number(text, 1, LONGEST_ROTATION_DAYS));
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

    static Boolean onOrOff(String text) throws BadSetting {
        return switch (text) {
            case "on" -> Boolean.TRUE;
            case "off" -> Boolean.FALSE;
            default -> throw new BadSetting("must be on or off.");
        };
    }

    private static String logLevel(String text) throws BadSetting {
        if (!LOG_LEVELS.contains(text)) {
            throw new BadSetting("must be INFO or DEBUG.");
        }
        return text;
    }

    private static TrustedProxies trustedProxies(String text) throws BadSetting {
        try {
            return new TrustedProxies(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw new BadSetting("must be a regular expression for addresses, such as 10[.]0[.]0[.]5.");
        }
    }

    private static String database(String text) throws BadSetting {
        if (DATABASES.stream().noneMatch(text::startsWith)) {
            throw new BadSetting("must be the JDBC URL of a PostgreSQL, such as jdbc:postgresql://host/database.");
        }
        if (text.toLowerCase(Locale.ROOT).contains("password=")) {
            throw new BadSetting("must not hold the password, as it is shown in logs. Set DATABASE_PASSWORD.");
        }
        return text;
    }

    /** The store's own work needs one beside those of the requests. */
    private static Integer connections(String text) throws BadSetting {
        return number(text, 2, MOST_CONNECTIONS);
    }

    private static Long reserve(String text) throws BadSetting {
        return number(text, SMALLEST_RESERVE, LARGEST_RESERVE) * MEGABYTE;
    }
}
