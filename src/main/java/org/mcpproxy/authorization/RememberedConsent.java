package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.authorization.AuthorizationRequests.Redirection;
import org.mcpproxy.client.RedirectUris;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Hkdf;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.Cookies;

/**
 * What this browser's user has allowed before, in a signed cookie for each client and redirect URI, bound to scopes and
 * resources too. It spares the question before the sign-on only; after it the user's own approval decides.
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
    /** The first one signs; all are believed. */
    private final List<byte[]> keys;

    @Inject
    public RememberedConsent(Cookies cookies, Settings settings, Clock clock) {
        this.cookies = cookies;
        this.settings = settings;
        this.clock = clock;
        this.keys = settings.secretKeys()
                .all()
                .map(material -> material.derive("remembered-consent").getEncoded())
                .toList();
    }

    /** Whether all of this was allowed before. */
    public boolean covers(ClientRequest request, HttpServletRequest http) {
        return find(request.clientId(), request.redirectUri(), http)
                .filter(terms -> terms.scope().containsAll(request.scope()))
                .filter(terms -> terms.resources().containsAll(request.resources()))
                .isPresent();
    }

    /** Whether this client was allowed at this address before, for whatever it was. */
    public boolean knows(Redirection redirection, HttpServletRequest http) {
        return find(redirection.client().id(), redirection.redirectUri(), http).isPresent();
    }

    /** The cookie that remembers this; empty where it may not be remembered. */
    public Optional<String> remember(ClientRequest request) {
        if (!RedirectUris.isHttps(request.redirectUri())) {
            return Optional.empty();
        }
        Instant expiresAt = clock.instant().plus(settings.lifetimes().consent());
        Terms terms =
                new Terms(expiresAt, request.clientId(), request.redirectUri(), request.scope(), request.resources());
        return Optional.of(cookies.set(
                name(request.clientId(), request.redirectUri()),
                encode(terms.write()) + "." + signature(keys.get(0), terms.write()),
                settings.lifetimes().consent()));
    }

    /** The cookie that takes it back. */
    public String forget(ClientRequest request) {
        return cookies.clear(name(request.clientId(), request.redirectUri()));
    }

    public List<String> forgetAll(HttpServletRequest http) {
        return cookies.clearAll(NAME, http);
    }

    private Optional<Terms> find(String clientId, String redirectUri, HttpServletRequest http) {
        if (!RedirectUris.isHttps(redirectUri)) {
            return Optional.empty();
        }
        return cookies.find(name(clientId, redirectUri), http)
                .flatMap(this::genuine)
                .map(Terms::read)
                .filter(terms -> terms.clientId().equals(clientId))
                .filter(terms -> terms.redirectUri().equals(redirectUri))
                .filter(terms -> clock.instant().isBefore(terms.expiresAt()));
    }

    /** What was signed, where the signature is ours. */
    private Optional<String> genuine(String cookie) {
        int dot = cookie.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        try {
            String signed = new String(Base64.getUrlDecoder().decode(cookie.substring(0, dot)), StandardCharsets.UTF_8);
            byte[] given = cookie.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
            return keys.stream().anyMatch(key -> MessageDigest.isEqual(expected(key, signed), given))
                    ? Optional.of(signed)
                    : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static String name(String clientId, String redirectUri) {
        return NAME + new Secret(clientId + "\n" + redirectUri).hash().substring(0, NAME_HASH_LENGTH);
    }

    private static byte[] expected(byte[] key, String signed) {
        return signature(key, signed).getBytes(StandardCharsets.UTF_8);
    }

    private static String signature(byte[] key, String signed) {
        byte[] mac = Hkdf.hmac(key, signed.getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mac);
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What was allowed, a line for each part; none of them can hold a line end. */
    private record Terms(Instant expiresAt, String clientId, String redirectUri, Scope scope, Resources resources) {

        String write() {
            return String.join(
                    "\n",
                    List.of(
                            Long.toString(expiresAt.getEpochSecond()),
                            clientId,
                            redirectUri,
                            scope.toString(),
                            resources.toString()));
        }

        static Terms read(String written) {
            String[] lines = written.split("\n", -1);
            return new Terms(
                    Instant.ofEpochSecond(Long.parseLong(lines[0])),
                    lines[1],
                    lines[2],
                    Scope.parse(lines[3]),
                    Resources.parse(lines[4]));
        }
    }
}
