package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.mcpproxy.config.Settings;
import org.mcpproxy.page.Page;

/** The page for people: what this is, and how to connect. */
@WebServlet("")
public class HomeServlet extends HttpServlet {

    private final transient String html;

    @Inject
    public HomeServlet(Settings settings) {
        html = Page.named("home").render(Map.of("mcpUrl", settings.mcpResource().toString()));
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType(Page.MEDIA_TYPE);
        response.setHeader("Content-Security-Policy", Page.contentSecurityPolicy());
        response.getWriter().write(html);
    }
}
