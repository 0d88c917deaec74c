package org.mcpproxy.page;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** A page, by the name of its template. Every value is escaped for HTML; the pages work without JavaScript. */
public final class Page {

    public static final String MEDIA_TYPE = "text/html;charset=UTF-8";

    private static final String STYLE = read("style.css");
    private static final String POLICY = "default-src 'none'; style-src '" + hash(STYLE)
            + "'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final Template template;

    private Page(Template template) {
        this.template = template;
    }

    /** @param name of the template, without {@code .html} */
    public static Page named(String name) {
        return new Page(
                Mustache.compiler().withLoader(Page::partial).defaultValue("").compile(read(name + ".html")));
    }

    /** @param model what the template names, as components of a record or entries of a map */
    public String render(Object model) {
        return template.execute(model);
    }

    /**
     * The {@code Content-Security-Policy} of every page: our own style, forms to this server alone, nothing else. A form
     * must not be answered with a redirect to elsewhere, as browsers apply {@code form-action} to it too; see the page
     * {@code continue}.
     */
    public static String contentSecurityPolicy() {
        return POLICY;
    }

    private static Reader partial(String name) {
        return new StringReader("style".equals(name) ? STYLE : read(name + ".html"));
    }

    private static String read(String resource) {
        try (InputStream in = Page.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
