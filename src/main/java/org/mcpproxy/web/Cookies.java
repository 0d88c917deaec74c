package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.mcpproxy.config.Settings;

/**
 * How every cookie of ours is made: HttpOnly, SameSite=Lax, for the whole host, and over TLS Secure with the {@code
 * __Host-} prefix (RFC 6265bis 4.1.3.2), so that no other host or plain-text page can set it.
 */
@Singleton
public class Cookies {

    private final String prefix;
    private final boolean secure;

    @Inject
    public Cookies(Settings settings) {
        this.secure = settings.secure();
        this.prefix = secure ? "__Host-mcp-" : "mcp-";
    }

    /** A {@code Set-Cookie} value; {@code value} holds base64url and dots alone. */
    public String set(String name, String value, Duration lifetime) {
        return cookie(name, value, Math.toIntExact(lifetime.toSeconds()));
    }

    public String clear(String name) {
        return cookie(name, "", 0);
    }

    /** Empty where the name comes twice, too: one of the two is somebody else's. */
    public Optional<String> find(String name, HttpServletRequest request) {
        List<String> values = pairs(request)
                .filter(pair -> pair.name().equals(prefix + name))
                .map(Pair::value)
                .toList();
        return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
    }

    /** Clears every cookie of ours whose name begins so. */
    public List<String> clearAll(String namePrefix, HttpServletRequest request) {
        return pairs(request)
                .map(Pair::name)
                .filter(name -> name.startsWith(prefix + namePrefix))
                .map(name -> clear(name.substring(prefix.length())))
                .toList();
    }

    /**
     * As browsers write them, apart by semicolons alone (RFC 6265 4.2.1). The container parts them at commas too, and would
     * find a cookie of ours within the value of one that another host may set for us.
     */
    private static Stream<Pair> pairs(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Cookie")).stream()
                .flatMap(header -> Stream.of(header.split(";")))
                .map(Pair::of);
    }

    private record Pair(String name, String value) {

        /** Those alone: a browser may keep a name with any other sign before it. */
        private static final Pattern BLANKS_AROUND = Pattern.compile("^[ \\t]+|[ \\t]+$");

        /** RFC 6265 5.2; one without a name has an empty one. */
        static Pair of(String written) {
            int equals = written.indexOf('=');
            return new Pair(trimmed(written.substring(0, Math.max(0, equals))), trimmed(written.substring(equals + 1)));
        }

        private static String trimmed(String text) {
            return BLANKS_AROUND.matcher(text).replaceAll("");
        }
    }

    /** Written here, as JAX-RS adds a {@code Version} of a standard that RFC 6265 has replaced. */
    private String cookie(String name, String value, int maxAgeSeconds) {
        return prefix + name + "=" + value + "; Path=/; Max-Age=" + maxAgeSeconds + "; HttpOnly; SameSite=Lax"
                + (secure ? "; Secure" : "");
    }
}
