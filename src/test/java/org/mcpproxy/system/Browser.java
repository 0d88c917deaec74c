package org.mcpproxy.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A person's browser: keeps cookies, and goes where it is sent only when told to. */
public final class Browser {

    private static final int MOST_STEPS = 20;

    private final Map<String, String> cookies = new LinkedHashMap<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /**
     * The cookies by name, to be looked at and changed. One jar for all of localhost, as browsers have it: they do not
     * tell ports apart. (The JDK's own jar takes a cookie with Max-Age for one of RFC 2965, and quotes its value.)
     */
    public Map<String, String> cookies() {
        return cookies;
    }

    public Page get(URI uri) {
        return send(HttpRequest.newBuilder(uri).GET());
    }

    public Page post(URI uri, Map<String, String> form) {
        return send(HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", uri.getScheme() + "://" + uri.getAuthority())
                .POST(HttpRequest.BodyPublishers.ofString(encode(form))));
    }

    /** Sends the form of this page, with its hidden fields and these. */
    public Page submit(Page page, Map<String, String> fields) {
        Map<String, String> form = new LinkedHashMap<>(page.hiddenFields());
        form.putAll(fields);
        return post(page.formAction(), form);
    }

    /** Goes where it is sent, until there is a form, an end, or an address of which {@code stopAt} is the beginning. */
    public Page follow(URI start, URI stopAt) {
        Page page = get(start);
        for (int step = 0; step < MOST_STEPS && page.next().isPresent(); step++) {
            if (isAt(page.next().get(), stopAt)) {
                return page;
            }
            page = get(page.next().get());
        }
        return page;
    }

    /** Follows on from a page, as {@link #follow(URI, URI)}. */
    public Page follow(Page page, URI stopAt) {
        boolean ends = page.next().isEmpty() || isAt(page.next().get(), stopAt);
        return ends ? page : follow(page.next().get(), stopAt);
    }

    /** Does all that a person does who allows the client, and answers with the address that the client is given. */
    public URI signOn(URI start, String user, URI redirectUri) {
        return signOn(get(start), user, redirectUri);
    }

    /** Does the rest of it from a page on. */
    public URI signOn(Page start, String user, URI redirectUri) {
        Page page = follow(start, redirectUri);
        for (int step = 0; step < MOST_STEPS && page.hasForm(); step++) {
            page = follow(submit(page, answers(page, user)), redirectUri);
        }
        Page last = page;
        return page.next()
                .orElseThrow(() -> new AssertionError("The sign-on ended at "
                        + last.uri().getPath() + " with " + last.status() + ": " + last.text()));
    }

    private static Map<String, String> answers(Page page, String user) {
        return page.hiddenFields().containsKey("request")
                ? Map.of("decision", "allow")
                : Map.of("username", user, "password", user);
    }

    private static boolean isAt(URI uri, URI stopAt) {
        return uri.toString().startsWith(stopAt.toString());
    }

    private static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** As every request of it carries them. */
    public String cookieHeader() {
        return cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }

    private Page send(HttpRequest.Builder request) {
        if (!cookies.isEmpty()) {
            request.header("Cookie", cookieHeader());
        }
        HttpRequest built = OneRequest.perConnection(request)
                .header("Accept", "text/html,application/xhtml+xml")
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            HttpResponse<String> response =
                    http.send(built, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            response.headers().allValues("Set-Cookie").forEach(this::keep);
            return new Page(built.uri(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void keep(String setCookie) {
        String pair = setCookie.split(";", 2)[0];
        String name = pair.substring(0, pair.indexOf('='));
        if (setCookie.contains("Max-Age=0;")) {
            cookies.remove(name);
        } else {
            cookies.put(name, pair.substring(name.length() + 1));
        }
    }
}
