package org.mcpproxy.client.document;

import com.nimbusds.jose.jwk.JWKSet;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientDocuments;
import org.mcpproxy.client.ClientIdUrl;
import org.mcpproxy.client.ClientMetadataRules;
import org.mcpproxy.client.document.CheckedResolver.Lookup;
import org.mcpproxy.config.BadSetting;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Clients by their documents, which are fetched over https, and kept for this node. */
@Singleton
public class FetchedDocuments implements ClientDocuments {

    /** In bytes: what the draft recommends. */
    private static final int LARGEST_DOCUMENT = 5 * 1024;

    private static final int LARGEST_KEYS = 16 * 1024;

    private final HostRules rules;
    private final GuardedFetch fetch;
    private final FetchCache<Client> documents;
    private final FetchCache<JWKSet> keys;

    @Inject
    public FetchedDocuments(Settings settings, Clock clock) {
        this(settings, clock, InetAddress::getAllByName, GuardedFetch.DEADLINE);
    }

    FetchedDocuments(Settings settings, Clock clock, Lookup lookup, Duration deadline) {
        ClientDocument reader = new ClientDocument(new ClientMetadataRules(settings));
        rules = new HostRules(settings.clientDocuments());
        fetch = new GuardedFetch(rules, FetchClient.of(settings.clientDocuments(), tls(settings), lookup), deadline);
        documents = new FetchCache<>(
                fetch, LARGEST_DOCUMENT, (url, text) -> reader.read(url, text, clock.instant()), clock);
        keys = new FetchCache<>(fetch, LARGEST_KEYS, (url, text) -> keys(text), clock);
    }

    @Override
    public Client current(String clientId) {
        return documents.current(url(clientId));
    }

    @Override
    public Client lastGood(String clientId) {
        return documents.lastGood(url(clientId));
    }

    @Override
    public boolean isNew(String clientId) {
        return ClientIdUrl.parse(clientId)
                .filter(url -> !documents.isKnown(url))
                .isPresent();
    }

    @Override
    public Optional<JWKSet> keys(Client client, boolean anew) {
        return client.keys()
                .flatMap(held -> held.set().or(() -> held.location().map(location -> fetched(location, anew))));
    }

    private JWKSet fetched(URI location, boolean anew) {
        ClientIdUrl url = url(location.toString());
        return anew ? keys.anew(url) : keys.lastGood(url);
    }

    private ClientIdUrl url(String text) {
        ClientIdUrl url =
                ClientIdUrl.parse(text).orElseThrow(() -> Rejection.of(Reason.CLIENT_DOCUMENT_URL_UNACCEPTABLE));
        rules.require(url);
        return url;
    }

    private static JWKSet keys(String text) {
        try {
            return ClientDocument.usable(JWKSet.parse(text));
        } catch (ParseException e) {
            throw Rejection.of(Reason.CLIENT_DOCUMENT_INVALID);
        }
    }

    private static SSLContext tls(Settings settings) {
        try {
            return settings.clientDocuments().tls().open();
        } catch (BadSetting e) {
            throw new IllegalStateException("The trust store was read at the start, and now cannot be", e);
        }
    }

    @PreDestroy
    void close() {
        fetch.close();
    }
}
