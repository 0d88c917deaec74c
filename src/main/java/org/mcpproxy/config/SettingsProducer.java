package org.mcpproxy.config;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Gives the settings, the clock and the randomness to everything else. */
@ApplicationScoped
class SettingsProducer {

    /** Reads the settings before anything else runs, so that a bad one stops this application at once. */
    void start(@Observes Startup startup, Settings settings) {}

    @Produces
    @Singleton
    Settings settings(RandomGenerator random) {
        Config config = ConfigProvider.getConfig();
        return new SettingsReader(name -> setting(config, name), outputFolder(), random).read();
    }

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    RandomGenerator random() {
        return new SecureRandom();
    }

    /**
     * By the name in capitals, or dotted, as variables of {@code server.xml} are written. Read from the sources
     * themselves, because {@link Config#getValue} would expand a <code>${</code> in a secret.
     */
    private static Optional<String> setting(Config config, String name) {
        String dotted = name.toLowerCase(Locale.ROOT).replace('_', '.');
        return value(config, name).or(() -> value(config, dotted));
    }

    private static Optional<String> value(Config config, String name) {
        for (ConfigSource source : config.getConfigSources()) {
            String value = source.getValue(name);
            if (value != null) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    /** Open Liberty runs in its output folder. */
    private static Path outputFolder() {
        return Path.of("").toAbsolutePath();
    }
}
