package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.annotation.WebListener;
import org.mcpproxy.config.Settings;

/** Puts the MCP endpoints where the settings have them. */
@WebListener
public class McpPaths implements ServletContextListener {

    private final Settings settings;

    @Inject
    public McpPaths(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletRegistration.Dynamic servlet = event.getServletContext().addServlet("mcp", McpServlet.class);
        servlet.setAsyncSupported(true);
        servlet.addMapping(settings.backends().paths().toArray(String[]::new));
    }
}
