package org.mcpproxy.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.openid.connect.sdk.Nonce;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The nonces that the issuer's servers gave for the next proof (RFC 9449 8, 8.2, 9), the newest of each origin. Every node learns
 * its own: one that knows none is given one with the first refusal.
 */
@ApplicationScoped
class IssuerNonces {

    static final String HEADER = "DPoP-Nonce";

    /** 8.1, in characters. Okta's have 32; some issuers encrypt what they want to know again. */
    private static final Pattern ACCEPTABLE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,1024}");

    /** An issuer has its endpoints at one or two; more mean that they are moved about. */
    private static final int MOST_ORIGINS = 16;

    private final Cache<String, Nonce> newest = Caffeine.newBuilder()
            .maximumSize(MOST_ORIGINS)
            .executor(Runnable::run)
            .build();

    /** For the next proof that is sent there. */
    Optional<Nonce> at(URI address) {
        return Optional.ofNullable(newest.getIfPresent(origin(address)));
    }

    /** Keeps what an answer brings, whether it is a refusal or not (8.2); empty where that is none that may be used. */
    Optional<Nonce> keep(URI address, HTTPResponse answer) {
        Optional<Nonce> given = given(answer);
        given.ifPresent(nonce -> newest.put(origin(address), nonce));
        return given;
    }

    /** There is one header at most (8). */
    private static Optional<Nonce> given(HTTPResponse answer) {
        List<String> values = answer.getHeaderValues(HEADER);
        return Optional.ofNullable(values)
                .filter(all -> all.size() == 1)
                .map(all -> all.get(0))
                .filter(value -> ACCEPTABLE.matcher(value).matches())
                .map(Nonce::new);
    }

    private static String origin(URI address) {
        return (address.getScheme() + "://" + address.getHost() + ":" + port(address)).toLowerCase(Locale.ROOT);
    }

    private static int port(URI address) {
        if (address.getPort() != -1) {
            return address.getPort();
        }
        return "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
    }
}
