package org.mcpproxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.oauth.Secret;

class SettingsReaderTest {

    @TempDir
    Path folder;

    private final Map<String, String> written = new HashMap<>(Map.of(
            "OKTA_ORG_URL", "https://acme.okta.com",
            "OKTA_CLIENT_ID", "client",
            "OKTA_CLIENT_SECRET", "the-secret",
            "MCP_BACKEND", "http://backend.internal:8080/mcp",
            "SESSION_SECRET_KEY", "00".repeat(32)));

    @Test
    void fourSettingsAreEnough() {
        written.remove("SESSION_SECRET_KEY");

        Settings settings = read();

        assertThat(settings.publicUrl()).hasToString("http://localhost:3001");
        assertThat(settings.listenPort()).isEqualTo(3001);
        assertThat(settings.redirectSchemes())
                .containsExactlyInAnyOrder("cursor", "vscode", "vscode-insiders", "claude");
        assertThat(settings.okta().issuer()).hasToString("https://acme.okta.com");
        assertThat(settings.okta().orgServer()).isTrue();
        assertThat(settings.okta().scopes().toStringList())
                .containsExactly("openid", "profile", "email", "offline_access", "groups");
        assertThat(settings.okta().credential()).isEqualTo(new Credential.ClientSecret(new Secret("the-secret")));
        assertThat(settings.lifetimes().refreshGrace()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void oneMessageNamesEverythingThatIsMissing() {
        written.clear();

        assertThat(problems())
                .hasSize(4)
                .anyMatch(problem -> problem.startsWith("OKTA_ORG_URL is missing."))
                .anyMatch(problem -> problem.startsWith("OKTA_CLIENT_ID is missing."))
                .anyMatch(problem -> problem.startsWith("OKTA_CLIENT_SECRET is missing."))
                .anyMatch(problem -> problem.startsWith("MCP_BACKEND is missing."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY_PORT         | 0",
                "PROXY_PORT         | 65536",
                "PROXY_PORT         | many",
                "LOGLEVEL           | LOUD",
                "PUBLIC_URL         | http://proxy.example.com",
                "PUBLIC_URL         | https://proxy.example.com/mcp",
                "PUBLIC_URL         | https://proxy.example.com?a=b",
                "PUBLIC_URL         | https://proxy.example.com/#a",
                "PUBLIC_URL         | http://localhost.evil.example",
                "PUBLIC_URL         | proxy.example.com",
                "OKTA_ISSUER        | http://acme.okta.com/oauth2/default",
                "OKTA_ISSUER        | https://acme.okta.com/oauth2/default?a=b",
                "OKTA_ORG_URL       | https://acme.okta.com/oauth2/default",
                "OKTA_SCOPES        | profile email",
                "ALLOWED_HOSTS      | https://proxy.example.com",
                "REDIRECT_SCHEMES   | cursor,javascript",
                "REDIRECT_SCHEMES   | https",
                "CORS_ORIGINS       | *",
                "CORS_ORIGINS       | https://*.example.com",
                "CORS_ORIGINS       | https://app.example.com/",
                "CORS_ORIGINS       | null",
                "MCP_BACKEND        | python main.py",
                "MCP_BACKEND        | ftp://backend/mcp",
                "MCP_BACKEND        | https://user:word@backend/mcp",
                "REFRESH_GRACE_SECONDS | -1",
                "SESSION_SECRET_KEY | c2hvcnQ=",
                "OKTA_AUDIENCE      | api://mcp",
            })
    void aBadSettingIsNamedAlone(String name, String value) {
        written.put(name, value);

        assertThat(problems()).singleElement().asString().startsWith(name + " ");
    }

    @Test
    void aSecretIsNeverInTheMessage() {
        written.put("SESSION_SECRET_KEY", "not-a-key-but-a-secret");
        written.put("OKTA_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\\nAAAASECRET\\n-----END PRIVATE KEY-----");

        assertThatThrownBy(this::read)
                .hasMessageNotContaining("not-a-key-but-a-secret")
                .hasMessageNotContaining("AAAASECRET")
                .hasMessageNotContaining("the-secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"4000\"", "'4000'", " 4000 "})
    void onePairOfQuotesIsTakenOff(String port) {
        written.put("PROXY_PORT", port);

        assertThat(read().publicUrl()).hasToString("http://localhost:4000");
    }

    @Test
    void onlyOnePairOfQuotesIsTakenOff() {
        written.put("OKTA_CLIENT_SECRET", "\"'quoted'\"");

        assertThat(read().okta().credential()).isEqualTo(new Credential.ClientSecret(new Secret("'quoted'")));
    }

    @Test
    void urlsAreWrittenAsClientsWriteThem() {
        written.put("PUBLIC_URL", "HTTPS://Proxy.Example.com:443/");

        assertThat(read().issuer()).isEqualTo("https://proxy.example.com");
    }

    @Test
    void anIssuerOfTheOrgWithAPathIsACustomServer() {
        written.put("OKTA_ISSUER", "https://acme.okta.com/oauth2/default/");
        written.put("OKTA_AUDIENCE", "api://mcp");

        OktaSettings okta = read().okta();

        assertThat(okta.issuer()).isEqualTo(URI.create("https://acme.okta.com/oauth2/default"));
        assertThat(okta.orgServer()).isFalse();
        assertThat(okta.scopes().toStringList()).doesNotContain("groups");
        assertThat(okta.audience()).contains("api://mcp");
    }

    @Test
    void anIssuerElsewhereIsNoOrgServer() {
        written.remove("OKTA_ORG_URL");
        written.put("OKTA_ISSUER", "https://accounts.google.com");

        assertThat(read().okta().orgServer()).isFalse();
    }

    @Test
    void anOktaIssuerWithoutPathIsTheOrgServerEvenIfOnlyTheIssuerIsGiven() {
        written.remove("OKTA_ORG_URL");
        written.put("OKTA_ISSUER", "https://acme.oktapreview.com");

        assertThat(read().okta().orgServer()).isTrue();
    }

    @Test
    void theAudienceThatEveryApplicationGetsIsRefused() {
        written.put("OKTA_ISSUER", "https://acme.okta.com/oauth2/default");
        written.put("OKTA_AUDIENCE", "api://default");

        assertThat(problems()).singleElement().asString().startsWith("OKTA_AUDIENCE must not be api://default");
    }

    @Test
    void originsAreThoseGivenTheLoopbackOnesAndOurOwn() {
        written.put("CORS_ORIGINS", "loopback, https://app.example.com");

        CorsOrigins origins = read().corsOrigins();

        assertThat(origins.allow("https://app.example.com")).isTrue();
        assertThat(origins.allow("http://localhost:6274")).isTrue();
        assertThat(origins.allow("http://[::1]:6274")).isTrue();
        assertThat(origins.allow("http://localhost:3001")).isTrue();
        assertThat(origins.allow("http://localhost.evil.example")).isFalse();
        assertThat(origins.allow("http://evil.example:80@localhost")).isFalse();
        assertThat(origins.allow("null")).isFalse();
    }

    @Test
    void withoutTheWordLoopbackOriginsOnThisMachineAreForeign() {
        written.put("CORS_ORIGINS", "https://app.example.com");
        written.put("PUBLIC_URL", "https://proxy.example.com");

        CorsOrigins origins = read().corsOrigins();

        assertThat(origins.allow("http://localhost:6274")).isFalse();
        assertThat(origins.allow("https://proxy.example.com")).isTrue();
    }

    @Test
    void aSecretKeyIsReadFromBase64Base64urlAndHex() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        for (String text : new String[] {
            Base64.getEncoder().encodeToString(key),
            Base64.getUrlEncoder().withoutPadding().encodeToString(key),
            HexFormat.of().formatHex(key)
        }) {
            written.put("SESSION_SECRET_KEY", text);

            assertThat(read().secretKey().bytes()).isEqualTo(key);
        }
    }

    @Test
    void aSecretKeyThatNobodySetIsMadeOnceForTheOwnerAlone() throws IOException {
        written.remove("SESSION_SECRET_KEY");
        byte[] first = read().secretKey().bytes();

        assertThat(read().secretKey().bytes()).isEqualTo(first).hasSize(32);
        assertThat(Files.list(folder))
                .singleElement()
                .satisfies(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------"));
    }

    @Test
    void aDamagedKeyFileStopsTheStartAndIsLeftAsItIs() throws IOException {
        written.remove("SESSION_SECRET_KEY");
        Path file = Files.writeString(folder.resolve(SecretKeyFile.NAME), "damaged");

        assertThat(problems()).singleElement().asString().startsWith("SESSION_SECRET_KEY is not set, and " + file);
        assertThat(file).hasContent("damaged");
    }

    @Test
    void aPrivateKeyIsReadAsJwkAsPemAndFromAFile() throws JOSEException, IOException {
        RSAKey key = new RSAKeyGenerator(2048).generate();
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(key.toRSAPrivateKey().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        Path file = Files.writeString(Files.createTempDirectory(folder, "keys").resolve("key.pem"), pem);
        written.remove("OKTA_CLIENT_SECRET");
        for (String text :
                new String[] {key.toJSONString(), pem, pem.replace("\n", "\\n"), pem.replace("\n", "/n"), "file:" + file
                }) {
            written.put("OKTA_PRIVATE_KEY", text);

            Credential.PrivateKey read = (Credential.PrivateKey) read().okta().credential();

            assertThat(read.key().toRSAKey().toRSAPrivateKey()).isEqualTo(key.toRSAPrivateKey());
            assertThat(read.key().toRSAKey().toRSAPublicKey()).isEqualTo(key.toRSAPublicKey());
        }
    }

    @Test
    void aPublicKeyAShortKeyAndAMissingFileAreRefused() throws JOSEException {
        written.remove("OKTA_CLIENT_SECRET");
        for (String text : new String[] {
            new ECKeyGenerator(Curve.P_256).generate().toPublicJWK().toJSONString(),
            new RSAKeyGenerator(1024, true).generate().toJSONString(),
            "file:/nowhere/key.pem",
            "no key"
        }) {
            written.put("OKTA_PRIVATE_KEY", text);

            assertThat(problems()).singleElement().asString().startsWith("OKTA_PRIVATE_KEY ");
        }
    }

    @Test
    void aSecretAndAPrivateKeyTogetherAreRefused() throws JOSEException {
        written.put(
                "OKTA_PRIVATE_KEY", new ECKeyGenerator(Curve.P_256).generate().toJSONString());

        assertThat(problems()).singleElement().asString().contains("OKTA_PRIVATE_KEY are both set");
    }

    private Settings read() {
        return new SettingsReader(name -> Optional.ofNullable(written.get(name)), folder, new SecureRandom()).read();
    }

    private List<String> problems() {
        return catchThrowableOfType(SettingsException.class, this::read).problems();
    }
}
