package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.web.Cookies;

/**
 * Which grant this browser's newest sign-on opened, in a sealed cookie: signing out at Okta takes the ID token of a
 * sign-on, and nobody but the browser of that sign-on shall be given it.
 */
@Singleton
public class BrowserSession {

    private static final String NAME = "session";

    private final Cookies cookies;
    private final Settings settings;
    private final SealedBox box;

    @Inject
    public BrowserSession(Cookies cookies, Settings settings, RandomGenerator random) {
        this.cookies = cookies;
        this.settings = settings;
        this.box = settings.secretKeys().box("browser-session", random);
    }

    /** The cookie of a sign-on; it takes the place of the last one's. */
    public String begin(Grant grant) {
        String value = Base64.getUrlEncoder().withoutPadding().encodeToString(box.seal(grant.id(), NAME));
        return cookies.set(NAME, value, settings.lifetimes().refreshToken());
    }

    /** The id of the grant, which may have ended; empty where the cookie is missing or not one of ours. */
    public Optional<String> grantId(HttpServletRequest request) {
        return cookies.find(NAME, request).flatMap(BrowserSession::decoded).flatMap(this::opened);
    }

    public String end() {
        return cookies.clear(NAME);
    }

    /** A cookie may name any secret. */
    private Optional<String> opened(byte[] value) {
        try {
            return box.open(value, NAME);
        } catch (Rejection sealedElsewhere) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> decoded(String cookie) {
        try {
            return Optional.of(Base64.getUrlDecoder().decode(cookie.getBytes(StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
