package org.mcpproxy.web;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.mcpproxy.page.Page;

/** Answers that are pages, and ways on from one page to the next. */
public final class Pages {

    private static final Page CONTINUE = Page.named("continue");

    private Pages() {}

    /** The entity is bytes, as RESTEasy escapes text in error pages once more. */
    public static Response.ResponseBuilder page(Response.Status status, String html) {
        return Response.status(status)
                .type(Page.MEDIA_TYPE)
                .header("Content-Security-Policy", Page.contentSecurityPolicy())
                .header("Cache-Control", "no-store")
                .entity(html.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends the browser on. Not to be used for the answer to a form; see {@link #goOn}. */
    public static Response.ResponseBuilder redirect(URI location) {
        return Response.status(Response.Status.FOUND)
                .header("Cache-Control", "no-store")
                .header("Location", location.toString());
    }

    /**
     * Sends the browser on after a form. A redirect would not do: browsers hold every address that a form's answer
     * redirects to, Okta's and the client's, against the page's {@code form-action}.
     */
    public static Response.ResponseBuilder goOn(URI location, String title) {
        return page(Response.Status.OK, CONTINUE.render(Map.of("location", location.toString(), "title", title)));
    }

    /** For a page that does something when it is asked for. */
    public static NotAllowedException onlyForGet() {
        return new NotAllowedException(HttpMethod.GET, new String[] {HttpMethod.OPTIONS});
    }
}
