package org.mcpproxy.system;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.id.ClientID;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** The clients that the administrator of the shared installation has registered. */
public final class Preregistered {

    /** That of all of them. */
    public static final String SECRET = "the/secret+of:all %services, 32 signs";

    public static final String REDIRECT_URI = "http://127.0.0.1:8123/callback";

    public static final String HTTPS_REDIRECT_URI = "https://people.example/callback";

    /** Act for themselves; each authenticates in another way. */
    public static final String BASIC = "basic-service";

    public static final String POST = "post-service";
    public static final String KEYED = "keyed-service";

    /** Signs people on. */
    public static final String APPLICATION = "people-app";

    /** The MCP server behind {@code /mcp}, which asks about tokens, and may exchange them. */
    public static final String SERVER = "mcp-server";

    /** Brings ID-JAGs of Okta. */
    public static final String ASSERTING = "asserting-agent";

    private static final ECKey KEY = key();
    private static final String FILE = """
            {"clients": [
              {"client_id": "%s", "client_secret": "%s", "grant_types": ["client_credentials"],
               "resources": ["/mcp"], "groups": ["reporting"]},
              {"client_id": "%s", "client_secret": "%s", "grant_types": ["client_credentials"],
               "token_endpoint_auth_method": "client_secret_post", "resources": ["/mcp"]},
              {"client_id": "%s", "jwks": {"keys": [%s]}, "grant_types": ["client_credentials"],
               "token_endpoint_auth_method": "private_key_jwt", "resources": ["/mcp"]},
              {"client_id": "%s", "client_secret": "%s", "client_name": "The people's application",
               "grant_types": ["authorization_code", "refresh_token"], "redirect_uris": ["%s", "%s"]},
              {"client_id": "%s", "client_secret": "%s", "introspects": ["/mcp"],
               "grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"], "resources": ["/mcp"]},
              {"client_id": "%s", "client_secret": "%s",
               "grant_types": ["urn:ietf:params:oauth:grant-type:jwt-bearer"], "resources": ["/mcp"]}
            ]}
            """.formatted(
                    BASIC,
                    SECRET,
                    POST,
                    SECRET,
                    KEYED,
                    KEY.toPublicJWK(),
                    APPLICATION,
                    SECRET,
                    REDIRECT_URI,
                    HTTPS_REDIRECT_URI,
                    SERVER,
                    SECRET,
                    ASSERTING,
                    SECRET);

    private Preregistered() {}

    /** Written anew for one installation; it goes with the tests. */
    public static Path file() {
        return file(FILE);
    }

    /** One with this text. */
    public static Path file(String text) {
        try {
            Path file = Files.createTempFile("setting", ".txt");
            file.toFile().deleteOnExit();
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How one of them proves itself, as a library does it. */
    public static ClientAuthentication proof(String client, URI endpoint) {
        ClientID id = new ClientID(client);
        com.nimbusds.oauth2.sdk.auth.Secret secret = new com.nimbusds.oauth2.sdk.auth.Secret(SECRET);
        return switch (client) {
            case KEYED -> signed(id, endpoint);
            case POST -> new ClientSecretPost(id, secret);
            default -> new ClientSecretBasic(id, secret);
        };
    }

    /** What it proves itself with: its secret, or its private key as a JWK. */
    public static String secretOrKey(String client) {
        return KEYED.equals(client) ? KEY.toJSONString() : SECRET;
    }

    private static ClientAuthentication signed(ClientID id, URI endpoint) {
        try {
            return new PrivateKeyJWT(id, endpoint, JWSAlgorithm.ES256, KEY.toPrivateKey(), KEY.getKeyID(), null);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("one").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
