package org.mcpproxy.client.preregistered;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.net.URI;
import java.text.ParseException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.minidev.json.JSONObject;
import org.mcpproxy.client.ClientIdUrl;
import org.mcpproxy.client.ClientKeys;
import org.mcpproxy.config.ClientDocumentSettings;
import org.mcpproxy.oauth.Secret;

/** How a client proves itself: by a secret, of which the file may have the SHA-256 alone, or by its keys; by one way only. */
final class Credentials {

    private static final Set<ClientAuthenticationMethod> BY_SECRET =
            Set.of(ClientAuthenticationMethod.CLIENT_SECRET_BASIC, ClientAuthenticationMethod.CLIENT_SECRET_POST);

    /** RFC 6749 A.2, and long enough that nobody guesses it: it is kept by a hash that is quick to make. */
    private static final Pattern SECRET = Pattern.compile("[ -~]{32,200}");

    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

    private final Members members;
    private final ClientDocumentSettings documents;

    Credentials(Members members, ClientDocumentSettings documents) {
        this.members = members;
        this.documents = documents;
    }

    Optional<String> secretHash(ClientAuthenticationMethod method) {
        Optional<String> secret = members.text("client_secret");
        Optional<String> hash = members.text("client_secret_sha256");
        if (BY_SECRET.contains(method)) {
            members.require(
                    secret.isPresent() != hash.isPresent(),
                    method + " needs client_secret, or client_secret_sha256 instead of it.");
        } else {
            members.require(secret.isEmpty() && hash.isEmpty(), method + " has no client_secret.");
        }
        members.require(
                secret.isEmpty() || SECRET.matcher(secret.get()).matches(),
                "client_secret must have 32 to 200 signs of ASCII: openssl rand -base64 32 makes one.");
        members.require(
                hash.isEmpty() || SHA256.matcher(hash.get()).matches(),
                "client_secret_sha256 must be the SHA-256 of the secret in 64 hexadecimal digits.");
        return secret.map(text -> new Secret(text).hash())
                .or(() -> hash.filter(text -> SHA256.matcher(text).matches()).map(Credentials::asKept));
    }

    /** In the form of {@link Secret#hash}. */
    private static String asKept(String hexadecimal) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(HexFormat.of().parseHex(hexadecimal));
    }

    Optional<ClientKeys> keys(ClientAuthenticationMethod method) {
        boolean needed = ClientAuthenticationMethod.PRIVATE_KEY_JWT.equals(method);
        long given = Stream.of("jwks", "jwks_uri").filter(members::has).count();
        members.require(
                given == (needed ? 1 : 0),
                needed ? method + " needs jwks or jwks_uri, and not both." : method + " has no jwks and no jwks_uri.");
        return needed ? Optional.of(new ClientKeys(set(), location())) : Optional.empty();
    }

    private Optional<JWKSet> set() {
        Optional<JWKSet> set = members.object("jwks").flatMap(Credentials::parsed);
        members.require(
                !members.has("jwks")
                        || set.filter(ClientKeys::areUsable)
                                .filter(keys -> keys.size() > 0)
                                .isPresent(),
                "jwks must be a JWK Set of 1 to 8 public keys, RSA of 2048 to 4096 bits or EC.");
        return set;
    }

    private static Optional<JWKSet> parsed(JSONObject json) {
        try {
            return Optional.of(JWKSet.parse(json));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    /** It is fetched as what strangers' documents name is, and from the same hosts. */
    private Optional<URI> location() {
        Optional<ClientIdUrl> location = members.text("jwks_uri").flatMap(ClientIdUrl::parse);
        members.require(!members.has("jwks_uri") || location.isPresent(), "jwks_uri must be an https URL with a path.");
        members.require(
                !members.has("jwks_uri") || documents.on(),
                "jwks_uri needs CLIENT_DOCUMENTS=on, by whose rules it is fetched. Give jwks instead.");
        return location.map(ClientIdUrl::uri);
    }
}
