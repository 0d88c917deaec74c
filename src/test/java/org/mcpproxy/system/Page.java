package org.mcpproxy.system;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An answer as a browser shows it. */
public record Page(URI uri, HttpResponse<String> response) {

    private static final Pattern REFRESH = Pattern.compile("http-equiv=\"refresh\" content=\"0;url=([^\"]*)\"");
    private static final Pattern ACTION = Pattern.compile("<form[^>]* action=\"([^\"]*)\"");
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"");

    public int status() {
        return response.statusCode();
    }

    public String text() {
        return response.body();
    }

    public String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** Where the answer sends the browser by itself: a redirect, or a page that goes on. */
    public Optional<URI> next() {
        Optional<String> location = response.headers().firstValue("Location");
        Matcher refresh = REFRESH.matcher(text());
        return location.or(() -> refresh.find() ? Optional.of(unescape(refresh.group(1))) : Optional.empty())
                .map(uri::resolve);
    }

    public boolean hasForm() {
        return ACTION.matcher(text()).find();
    }

    public URI formAction() {
        Matcher action = ACTION.matcher(text());
        return uri.resolve(action.find() ? unescape(action.group(1)) : uri.toString());
    }

    /** The form's hidden fields. */
    public Map<String, String> hiddenFields() {
        Map<String, String> fields = new LinkedHashMap<>();
        HIDDEN.matcher(text()).results().forEach(field -> fields.put(field.group(1), unescape(field.group(2))));
        return fields;
    }

    private static String unescape(String html) {
        return html.replace("&#x3D;", "=")
                .replace("&#39;", "'")
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }
}
