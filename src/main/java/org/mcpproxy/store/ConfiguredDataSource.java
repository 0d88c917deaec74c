package org.mcpproxy.store;

import jakarta.annotation.Resource;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Objects;
import javax.sql.DataSource;

/** The data source that {@code server.xml} describes. */
@Singleton
class ConfiguredDataSource {

    /**
     * Not shareable: a shareable connection is held until the request's end, and with it one of few, while the request waits
     * for Okta.
     */
    @Resource(name = "jdbc/proxy", lookup = "jdbc/proxy", shareable = false)
    private DataSource source;

    @Produces
    DataSource source() {
        return Objects.requireNonNull(
                source, "Okta MCP OAuth Proxy cannot start. The server has no data source jdbc/proxy that works.");
    }
}
