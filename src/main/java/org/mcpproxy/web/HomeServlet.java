package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.mcpproxy.config.Settings;
import org.mcpproxy.page.Page;

/** The page for people: what this is, and how to connect. */
@WebServlet("")
public class HomeServlet extends TracelessServlet {

    /** The filter for cross-origin requests answers OPTIONS. */
    private static final List<String> METHODS = List.of("GET", "HEAD", "OPTIONS");

    private final transient BareRefusals refusals;
    private final transient String html;

    @Inject
    public HomeServlet(Settings settings, BareRefusals refusals) {
        this.refusals = refusals;
        List<String> urls = settings.mcpResources().stream().map(URI::toString).toList();
        html = Page.named("home").render(Map.of("mcpUrls", urls, "mcpUrl", urls.get(0), "many", urls.size() > 1));
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (METHODS.contains(request.getMethod())) {
            show(response);
        } else {
            response.setHeader("Allow", String.join(", ", METHODS));
            refusals.refuse(HttpServletResponse.SC_METHOD_NOT_ALLOWED, request, response);
        }
    }

    private void show(HttpServletResponse response) throws IOException {
        response.setContentType(Page.MEDIA_TYPE);
        response.setHeader("Content-Security-Policy", Page.contentSecurityPolicy());
        response.getWriter().write(html);
    }
}
