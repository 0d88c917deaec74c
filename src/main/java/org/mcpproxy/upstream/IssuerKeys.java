package org.mcpproxy.upstream;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The issuer's public keys (RFC 7517 5), kept for as long as its {@code Cache-Control} allows, within bounds. A key that
 * is not among them makes us ask again, but strangers, who can name any {@code kid}, only once in a while.
 *
 * <p>Nimbus's own cache knows neither {@code Cache-Control} nor our clock, hence this one.
 */
@ApplicationScoped
public class IssuerKeys implements JWKSource<SecurityContext> {

    /** Of all unknown key ids in this time, the first alone reaches the issuer. */
    static final Duration UNKNOWN_KEY_INTERVAL = Duration.ofSeconds(15);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(15);

    /** A lost issuer does not end what hangs on its keys, but a key that it withdrew must not live for ever. */
    private static final Duration OUTAGE = Duration.ofHours(1);

    /** So that a slow issuer together with many unknown key ids cannot hold every thread. */
    private static final int WAITING = 8;

    private static final Logger LOG = System.getLogger(IssuerKeys.class.getName());

    private final Discovery discovery;
    private final IssuerCalls.Endpoint endpoint;
    private final IssuerCalls calls;
    private final Clock clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile CachedKeys known = CachedKeys.NONE;
    private volatile Instant noFetchBefore = Instant.MIN;
    private Instant noSearchBefore = Instant.MIN;

    @Inject
    IssuerKeys(Discovery discovery, IssuerCalls calls, Clock clock) {
        this(discovery, IssuerCalls.Endpoint.KEYS, calls, clock);
    }

    IssuerKeys(Discovery discovery, IssuerCalls.Endpoint endpoint, IssuerCalls calls, Clock clock) {
        this.discovery = discovery;
        this.endpoint = endpoint;
        this.calls = calls;
        this.clock = clock;
    }

    /** For CDI's proxy. */
    protected IssuerKeys() {
        this(null, null, null, null);
    }

    /**
     * @throws Rejection {@code OKTA_UNAVAILABLE} where there are no keys that may still be used, or the one that is asked for is
     *     not among them and the issuer cannot be asked
     */
    @Override
    public List<JWK> get(JWKSelector selector, SecurityContext context) {
        CachedKeys seen = current();
        List<JWK> found = selector.select(seen.set());
        return found.isEmpty() ? searched(selector, seen) : found;
    }

    /** While the issuer cannot be asked, nobody can tell whether it signs with a key that is not known. */
    private List<JWK> searched(JWKSelector selector, CachedKeys seen) {
        List<JWK> found = selector.select(search(seen).set());
        if (found.isEmpty() && clock.instant().isBefore(noFetchBefore)) {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, AFTER_FAILURE);
        }
        return found;
    }

    /**
     * All public keys as they stand.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE} where there are no keys that may still be used
     */
    public JWKSet published() {
        return current().set();
    }

    /**
     * Loads the keys where they are about to grow stale, so that no request has to wait for them.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE} where there are no keys that may still be used
     */
    void renew(Duration ahead) {
        CachedKeys seen = known;
        if (!seen.isFreshAt(clock.instant().plus(ahead))) {
            usable(locked(seen, () -> fetch(seen)));
        }
    }

    private CachedKeys current() {
        CachedKeys seen = known;
        return seen.isFreshAt(clock.instant()) ? seen : usable(locked(seen, () -> fetch(seen)));
    }

    private CachedKeys search(CachedKeys seen) {
        return locked(seen, () -> {
            Instant now = clock.instant();
            if (now.isBefore(noSearchBefore)) {
                return seen;
            }
            noSearchBefore = now.plus(UNKNOWN_KEY_INTERVAL);
            LOG.log(Level.DEBUG, "A key is not known: asking the issuer again");
            return fetch(seen);
        });
    }

    /** One fetch at a time; who waited for another's takes its result. */
    private CachedKeys locked(CachedKeys seen, Supplier<CachedKeys> fetch) {
        if (fetching.getQueueLength() >= WAITING || !acquire()) {
            return known;
        }
        try {
            return known == seen ? fetch.get() : known;
        } finally {
            fetching.unlock();
        }
    }

    private boolean acquire() {
        try {
            return fetching.tryLock(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Before discovery has loaded nothing was tried, so nothing holds the first try off. */
    private CachedKeys fetch(CachedKeys seen) {
        URI address = discovery.current().jwksUri();
        if (clock.instant().isBefore(noFetchBefore)) {
            return seen;
        }
        try {
            known = load(address);
            LOG.log(Level.DEBUG, "{0} keys of the issuer loaded", known.set().size());
        } catch (Rejection e) {
            noFetchBefore = clock.instant().plus(AFTER_FAILURE);
            LOG.log(Level.DEBUG, "The issuer''s keys did not load: {0}", e.reason());
        }
        return known;
    }

    private CachedKeys load(URI address) {
        HTTPRequest request = new HTTPRequest(HTTPRequest.Method.GET, address);
        HTTPResponse response = calls.repeatable(endpoint, request);
        if (response.getStatusCode() != 200 || response.getBody() == null) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        try {
            JWKSet set = JWKSet.parse(response.getBody()).toPublicJWKSet();
            return CachedKeys.of(set, response.getCacheControl(), clock.instant());
        } catch (ParseException e) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
    }

    private CachedKeys usable(CachedKeys keys) {
        if (!keys.isFreshAt(clock.instant().minus(OUTAGE))) {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, AFTER_FAILURE);
        }
        return keys;
    }
}
