package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

    public Optional<String> find(String name, HttpServletRequest request) {
        return all(request)
                .filter(cookie -> cookie.getName().equals(prefix + name))
                .map(Cookie::getValue)
                .findFirst();
    }

    /** Clears every cookie of ours whose name begins so. */
    public List<String> clearAll(String namePrefix, HttpServletRequest request) {
        return all(request)
                .map(Cookie::getName)
                .filter(name -> name.startsWith(prefix + namePrefix))
                .map(name -> clear(name.substring(prefix.length())))
                .toList();
    }

    private static Stream<Cookie> all(HttpServletRequest request) {
        return request.getCookies() == null ? Stream.empty() : Arrays.stream(request.getCookies());
    }

    /** Written here, as JAX-RS adds a {@code Version} of a standard that RFC 6265 has replaced. */
    private String cookie(String name, String value, int maxAgeSeconds) {
        return prefix + name + "=" + value + "; Path=/; Max-Age=" + maxAgeSeconds + "; HttpOnly; SameSite=Lax"
                + (secure ? "; Secure" : "");
    }
}
