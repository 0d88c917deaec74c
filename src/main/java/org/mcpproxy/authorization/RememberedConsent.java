package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.NewCookie;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.mcpproxy.client.RedirectUris;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Hkdf;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.Cookies;

/**
 * What this browser's user has allowed before, in a cookie for each client, signed, and bound to client, redirect URI,
 * scopes and resource. It spares the question before the sign-on only; after it the user's own approval decides.
 *
 * <p>Never for a loopback or private-scheme redirect: any program of that machine can claim to be such a client (RFC
 * 8252 8.6), so the person is asked every time.
 */
@Singleton
public class RememberedConsent {

    private static final String NAME = "consent-";
    private static final int NAME_HASH_LENGTH = 22;

    private final Cookies cookies;
    private final Settings settings;
    private final Clock clock;
    private final byte[] key;

    @Inject
    public RememberedConsent(Cookies cookies, Settings settings, Clock clock) {
        this.cookies = cookies;
        this.settings = settings;
        this.clock = clock;
        this.key = settings.secretKey().derive("remembered-consent").getEncoded();
    }

    public boolean covers(ClientRequest consented, HttpServletRequest request) {
        return RedirectUris.isHttps(consented.redirectUri())
                && cookies.find(name(consented), request)
                        .filter(value -> isGenuine(value, consented))
                        .isPresent();
    }

    /** The cookie that remembers this; empty where it may not be remembered. */
    public Optional<NewCookie> remember(ClientRequest consented) {
        if (!RedirectUris.isHttps(consented.redirectUri())) {
            return Optional.empty();
        }
        Instant expiresAt = clock.instant().plus(settings.lifetimes().consent());
        String expiry = Long.toString(expiresAt.getEpochSecond());
        return Optional.of(cookies.set(
                name(consented),
                expiry + "." + signature(expiry, consented),
                settings.lifetimes().consent()));
    }

    public NewCookie[] forgetAll(HttpServletRequest request) {
        return cookies.clearAll(NAME, request);
    }

    private boolean isGenuine(String value, ClientRequest consented) {
        int dot = value.indexOf('.');
        if (dot < 0) {
            return false;
        }
        String expiry = value.substring(0, dot);
        byte[] expected = signature(expiry, consented).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(
                        expected, value.substring(dot + 1).getBytes(StandardCharsets.UTF_8))
                && clock.instant().isBefore(Instant.ofEpochSecond(Long.parseLong(expiry)));
    }

    private static String name(ClientRequest consented) {
        return NAME + new Secret(terms(consented)).hash().substring(0, NAME_HASH_LENGTH);
    }

    private String signature(String expiry, ClientRequest consented) {
        byte[] signed = (expiry + "\n" + terms(consented)).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Hkdf.hmac(key, signed));
    }

    /** None of the parts can hold a line end, so no two requests read alike. */
    private static String terms(ClientRequest consented) {
        return String.join(
                "\n",
                consented.clientId(),
                consented.redirectUri(),
                String.join(" ", consented.scope().toStringList().stream().sorted().toList()),
                consented.resource());
    }
}
