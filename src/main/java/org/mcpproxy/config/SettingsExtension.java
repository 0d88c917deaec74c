package org.mcpproxy.config;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Reads the settings while this application is being deployed, and makes them a bean. A bad setting is a deployment
 * problem: it stops this application alone, before any part of it has run, and is reported once.
 */
public class SettingsExtension implements Extension {

    private static final String UNQUOTED = "proxy/unquotedVariables";

    void addSettings(@Observes AfterBeanDiscovery discovery) {
        try {
            Settings settings = read();
            discovery
                    .addBean()
                    .beanClass(Settings.class)
                    .types(Settings.class)
                    .scope(Singleton.class)
                    .createWith(context -> settings);
        } catch (SettingsException e) {
            discovery.addDefinitionError(e);
        }
    }

    private static Settings read() {
        Config config = ConfigProvider.getConfig();
        Optional<ServerVariables> serverVariables = serverVariables();
        Map<String, String> ofEarlierStart =
                serverVariables.map(SettingsExtension::kept).orElse(Map.of());
        return new SettingsReader(
                        name -> setting(config.getConfigSources(), name, ofEarlierStart),
                        () -> names(config),
                        outputFolder(),
                        new SecureRandom(),
                        serverVariables)
                .read();
    }

    /**
     * By the name in capitals, or dotted, as variables of {@code server.xml} are written. Read from the sources
     * themselves, because {@link Config#getValue} would expand a <code>${</code> in a secret. What an earlier start gave to
     * the server is no setting: it would outlive the one that it was made of.
     */
    static Optional<String> setting(Iterable<ConfigSource> sources, String name, Map<String, String> ofEarlierStart) {
        String dotted = name.toLowerCase(Locale.ROOT).replace('_', '.');
        return value(sources, name)
                .or(() -> value(sources, dotted).filter(value -> !value.equals(ofEarlierStart.get(dotted))));
    }

    /** A file that cannot be read cannot be written either, which is said then. */
    private static Map<String, String> kept(ServerVariables variables) {
        try {
            return variables.kept();
        } catch (IOException e) {
            return Map.of();
        }
    }

    private static Optional<String> value(Iterable<ConfigSource> sources, String name) {
        for (ConfigSource source : sources) {
            String value = source.getValue(name);
            if (value != null) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    private static Set<String> names(Config config) {
        Set<String> names = new HashSet<>();
        for (ConfigSource source : config.getConfigSources()) {
            names.addAll(source.getPropertyNames());
        }
        return names;
    }

    /** Our own {@code server.xml} says where they are; in a server that has another one, nothing needs them. */
    private static Optional<ServerVariables> serverVariables() {
        try {
            return Optional.of(new ServerVariables(Path.of(InitialContext.<String>doLookup(UNQUOTED))));
        } catch (NamingException e) {
            return Optional.empty();
        }
    }

    /** Open Liberty runs in its output folder. */
    private static Path outputFolder() {
        return Path.of("").toAbsolutePath();
    }
}
