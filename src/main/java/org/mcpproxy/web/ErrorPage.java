package org.mcpproxy.web;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The page that a person sees where a request is refused.
 *
 * @param sentence what happened and what can be done
 * @param requestId leads to the line in the log
 */
record ErrorPage(String sentence, String requestId) {

    private static final Template TEMPLATE = template();

    String html() {
        return TEMPLATE.execute(this);
    }

    private static Template template() {
        try (InputStream in = ErrorPage.class.getResourceAsStream("error.html")) {
            return Mustache.compiler().compile(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
