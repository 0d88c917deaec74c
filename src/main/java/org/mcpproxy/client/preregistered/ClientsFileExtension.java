package org.mcpproxy.client.preregistered;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.Extension;
import java.time.Instant;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.SettingsException;

/**
 * Holds the clients' file against the rules while this application is being deployed, once the settings are known to be
 * good: one that is wrong is a deployment problem, as a bad setting is.
 */
public class ClientsFileExtension implements Extension {

    void check(@Observes AfterDeploymentValidation validation, BeanManager beans) {
        Settings settings = beans.createInstance().select(Settings.class).get();
        try {
            settings.clientsFile().ifPresent(file -> new ClientsFileReader(settings, Instant.EPOCH).read(file));
        } catch (SettingsException e) {
            validation.addDeploymentProblem(e);
        }
    }
}
