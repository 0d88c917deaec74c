package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.util.Arrays;
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

    public NewCookie set(String name, String value, Duration lifetime) {
        return cookie(name, value, Math.toIntExact(lifetime.toSeconds()));
    }

    public NewCookie clear(String name) {
        return cookie(name, "", 0);
    }

    public Optional<String> find(String name, HttpServletRequest request) {
        return all(request)
                .filter(cookie -> cookie.getName().equals(prefix + name))
                .map(Cookie::getValue)
                .findFirst();
    }

    /** Clears every cookie of ours whose name begins so. */
    public NewCookie[] clearAll(String namePrefix, HttpServletRequest request) {
        return all(request)
                .map(Cookie::getName)
                .filter(name -> name.startsWith(prefix + namePrefix))
                .map(name -> clear(name.substring(prefix.length())))
                .toArray(NewCookie[]::new);
    }

    private static Stream<Cookie> all(HttpServletRequest request) {
        return request.getCookies() == null ? Stream.empty() : Arrays.stream(request.getCookies());
    }

    private NewCookie cookie(String name, String value, int maxAgeSeconds) {
        return new NewCookie.Builder(prefix + name)
                .value(value)
                .path("/")
                .maxAge(maxAgeSeconds)
                .httpOnly(true)
                .secure(secure)
                .sameSite(NewCookie.SameSite.LAX)
                .build();
    }
}
