package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.mcpproxy.authorization.SignOnSteps.Begun;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Hkdf;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.Cookies;

/**
 * Binds a sign-on to the browser that began it, by a cookie for this one sign-on. Without it, an attacker could begin a
 * sign-on, let a victim finish it, and receive the victim's grant, or the reverse.
 */
@Singleton
public class BrowserBinding {

    private static final String NAME = "sign-on-";
    private static final int MOST_UNFINISHED = 30;

    private final Cookies cookies;
    private final Settings settings;

    @Inject
    public BrowserBinding(Cookies cookies, Settings settings) {
        this.cookies = cookies;
        this.settings = settings;
    }

    /** Every cookie to be set for a sign-on that begins in this browser. */
    public List<String> bind(Begun begun, HttpServletRequest request) {
        return Stream.concat(Stream.of(bind(begun.id(), begun.browser())), surplus(request).stream())
                .toList();
    }

    public String bind(String id, Secret browser) {
        return cookies.set(NAME + id, browser.value(), settings.lifetimes().signOn());
    }

    public String release(PendingAuthorization pending) {
        return cookies.clear(NAME + pending.id());
    }

    /** Older sign-ons that this browser never finished, once there are so many that its cookies grow too long. */
    public List<String> surplus(HttpServletRequest request) {
        List<String> unfinished = releaseAll(request);
        return unfinished.size() < MOST_UNFINISHED ? List.of() : unfinished;
    }

    /**
     * The same, but for one that goes on: what began it may have come without the others, as a form of another site does.
     */
    public List<String> surplus(PendingAuthorization kept, HttpServletRequest request) {
        String own = release(kept);
        return surplus(request).stream().filter(cookie -> !cookie.equals(own)).toList();
    }

    public List<String> releaseAll(HttpServletRequest request) {
        return cookies.clearAll(NAME, request);
    }

    /** @throws Rejection {@code SIGN_ON_OTHER_BROWSER} where the request does not come from the browser that began it */
    public void require(PendingAuthorization pending, HttpServletRequest request) {
        browser(pending, request)
                .filter(value -> value.hashesTo(pending.browserHash()))
                .orElseThrow(() -> Rejection.of(Reason.SIGN_ON_OTHER_BROWSER));
    }

    /**
     * A value for the form of one step. Only a page that was served to this browser for this step can know it.
     *
     * @throws Rejection {@code SIGN_ON_OTHER_BROWSER}
     */
    public String formValue(PendingAuthorization pending, HttpServletRequest request) {
        require(pending, request);
        byte[] key = browser(pending, request).orElseThrow().value().getBytes(StandardCharsets.UTF_8);
        byte[] value = Hkdf.hmac(key, ("form " + pending.handleHash()).getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    }

    /** @throws Rejection {@code CSRF_VALUE_WRONG} where the form is not the one of this step */
    public void requireFormValue(String given, PendingAuthorization pending, HttpServletRequest request) {
        byte[] expected = formValue(pending, request).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8))) {
            throw Rejection.of(Reason.CSRF_VALUE_WRONG);
        }
    }

    private Optional<Secret> browser(PendingAuthorization pending, HttpServletRequest request) {
        return cookies.find(NAME + pending.id(), request).map(Secret::new);
    }
}
