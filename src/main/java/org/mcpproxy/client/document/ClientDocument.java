package org.mcpproxy.client.document;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import net.minidev.json.JSONObject;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientIdUrl;
import org.mcpproxy.client.ClientKeys;
import org.mcpproxy.client.ClientMetadataRules;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Reads a client's metadata document. Members that this server does not know are let be. */
final class ClientDocument {

    private final ClientMetadataRules rules;

    ClientDocument(ClientMetadataRules rules) {
        this.rules = rules;
    }

    /**
     * @param url where it was found, which it must name itself
     * @throws Rejection {@code CLIENT_DOCUMENT_INVALID}
     */
    Client read(ClientIdUrl url, String text, Instant now) {
        JSONObject json = parse(text);
        require(url.uri().toString().equals(json.get("client_id")));
        // a document that everybody can read holds no secret
        require(Stream.of("client_secret", "client_secret_expires_at").noneMatch(json::containsKey));
        try {
            return client(url, ClientMetadataRules.parse(text), now);
        } catch (Rejection rejection) {
            throw Rejection.of(Reason.CLIENT_DOCUMENT_INVALID, rejection);
        }
    }

    private Client client(ClientIdUrl url, ClientMetadata metadata, Instant now) {
        ClientAuthenticationMethod method =
                Optional.ofNullable(metadata.getTokenEndpointAuthMethod()).orElse(ClientAuthenticationMethod.NONE);
        require(Capabilities.DOCUMENT_AUTHENTICATION_METHODS.contains(method));
        // MCP wants one, for a person to read at the consent
        require(rules.name(metadata).isPresent());
        return new Client(
                url.uri().toString(),
                rules.name(metadata),
                rules.redirectUris(metadata),
                method,
                Optional.empty(),
                rules.grantTypes(metadata),
                rules.scope(metadata),
                now,
                Optional.empty(),
                ClientAuthenticationMethod.NONE.equals(method) ? Optional.empty() : Optional.of(keys(url, metadata)),
                metadata.getDPoPBoundAccessTokens());
    }

    /** Either way, never both (RFC 7591 2). What is fetched must be of the same origin: that alone has been judged. */
    private static ClientKeys keys(ClientIdUrl url, ClientMetadata metadata) {
        Optional<JWKSet> set = Optional.ofNullable(metadata.getJWKSet()).map(ClientDocument::usable);
        Optional<ClientIdUrl> location =
                Optional.ofNullable(metadata.getJWKSetURI()).map(uri -> locationOf(uri.toString()));
        require(set.isPresent() != location.isPresent());
        require(location.isEmpty() || location.get().authority().equals(url.authority()));
        return new ClientKeys(set, location.map(ClientIdUrl::uri));
    }

    private static ClientIdUrl locationOf(String uri) {
        return ClientIdUrl.parse(uri).orElseThrow(() -> Rejection.of(Reason.CLIENT_DOCUMENT_INVALID));
    }

    /** @throws Rejection {@code CLIENT_DOCUMENT_INVALID} */
    static JWKSet usable(JWKSet set) {
        require(ClientKeys.areUsable(set));
        return set;
    }

    private static JSONObject parse(String text) {
        try {
            return JSONObjectUtils.parse(text);
        } catch (ParseException e) {
            throw Rejection.of(Reason.CLIENT_DOCUMENT_INVALID);
        }
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw Rejection.of(Reason.CLIENT_DOCUMENT_INVALID);
        }
    }
}
