package org.mcpproxy.client.preregistered;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.config.Settings;

/** The clients of {@code CLIENTS_FILE}, as it was at the start. */
@Singleton
public class ClientsOfFile implements PreregisteredClients {

    private final Map<String, PreregisteredClient> byId;

    /** @throws org.mcpproxy.config.SettingsException which names all that is wrong with the file */
    @Inject
    public ClientsOfFile(Settings settings, Clock clock) {
        this.byId = settings.clientsFile()
                .map(file -> new ClientsFileReader(settings, clock.instant()).read(file))
                .orElse(Map.of());
    }

    @Override
    public Optional<PreregisteredClient> find(String clientId) {
        return Optional.ofNullable(byId.get(clientId));
    }
}
