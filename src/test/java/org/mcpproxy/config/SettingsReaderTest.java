package org.mcpproxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.oauth2.sdk.Scope;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.config.RegistrationSettings.Access;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.SecretKeyMaterial;

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
        assertThat(settings.keyRotation()).isEqualTo(Duration.ofDays(90));
        assertThat(settings.secretKeys().previous()).isEmpty();
    }

    @Test
    void whatIsWrittenTakesThePlaceOfADefault() {
        written.putAll(Map.of(
                "OKTA_SCOPES", "openid email",
                "OKTA_GROUPS_CLAIM", "roles",
                "OKTA_SCOPE_CLAIM", "scope",
                "OKTA_CLIENT_CLAIM", "client_id",
                "REDIRECT_SCHEMES", "acme, cursor"));

        Settings settings = read();

        assertThat(settings.okta().scopes().toStringList()).containsExactly("openid", "email");
        assertThat(settings.okta().groupsClaim()).isEqualTo("roles");
        assertThat(settings.okta().scopeClaim()).isEqualTo("scope");
        assertThat(settings.okta().clientClaim()).isEqualTo("client_id");
        assertThat(settings.redirectSchemes()).containsExactlyInAnyOrder("acme", "cursor");
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
                "CLIENTS_FILE       | /there/is/no/such/file.json",
                "LOGLEVEL           | LOUD",
                "DATABASE_CONNECTIONS | 1",
                "DATABASE_CONNECTIONS | many",
                "DATABASE_RESERVE_MB | 15",
                "DATABASE_RESERVE_MB | 1000000000",
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
                "MCP_BACKEND        | no-such-program main.py",
                "MCP_BACKEND        | ftp://backend/mcp",
                "MCP_BACKEND        | https://user:word@backend/mcp",
                "MCP_BACKENDS       | Files",
                "MCP_BACKENDS       | a_b",
                "MCP_BACKENDS       | okta",
                "MCP_BACKENDS       | health",
                "MCP_BACKENDS       | metrics",
                "MCP_BACKENDS       | ,",
                "MCP_BACKENDS       | a/b",
                "MCP_DEFAULT_BACKEND | files",
                "MCP_BACKEND        | http://localhost:3001/mcp",
                "MCP_BACKEND        | http://localhost:3001/okta/mcp",
                "MCP_BACKEND_CREDENTIAL | password",
                "RELAY_HEADERS      | X_Tenant",
                "RELAY_HEADERS      | x-tenant;x-other",
                "RELAY_HEADERS      | Authorization",
                "RELAY_HEADERS      | x-tenant,Cookie",
                "RELAY_HEADERS      | Transfer-Encoding",
                "RELAY_HEADERS      | X-Forwarded-For",
                "RELAY_HEADERS      | X-Consumer-Username",
                "RELAY_HEADERS      | X-Userinfo",
                "RELAY_HEADERS      | X-Apigateway-Api-Userinfo",
                "RELAY_HEADERS      | CF-Connecting-IP",
                "RELAY_HEADERS      | X-HTTP-Method-Override",
                "RELAY_HEADERS      | Proxy",
                "REFRESH_GRACE_SECONDS | -1",
                "SESSION_SECRET_KEY | c2hvcnQ=",
                "SESSION_SECRET_KEY_PREVIOUS | c2hvcnQ=",
                "KEY_ROTATION_DAYS  | 0",
                "KEY_ROTATION_DAYS  | 3651",
                "KEY_ROTATION_DAYS  | 90d",
                "OKTA_AUDIENCE      | api://mcp",
                "CLIENT_DOCUMENTS   | yes",
                "OKTA_CROSS_APP_ACCESS | yes",
                "CLIENT_DOCUMENT_DOMAINS | https://app.example",
                "CLIENT_DOCUMENT_DENIED_DOMAINS | *.example",
                "CLIENT_DOCUMENT_PRIVATE_HOSTS | https://app.internal",
                "CLIENT_DOCUMENT_PROXY | https://proxy.example:3128",
                "CLIENT_DOCUMENT_PROXY | http://proxy.example",
                "CLIENT_DOCUMENT_TRUSTSTORE | certificates.pem",
                "CLIENT_DOCUMENT_TRUSTSTORE | /no/such/file.pem",
                "REGISTRATION       | on",
                "REGISTRATION       | OPEN",
                "REGISTRATION_TOKEN | 0123456789abcdef0123456789abcde",
                "REGISTRATION_TOKEN | 0123456789abcdef 0123456789abcdef",
                "REGISTRATION_TOKEN | 0123456789abcdef0123456789abcdef,short",
                "REGISTRATION_TOKEN | ,",
                "METRICS_TOKEN      | 0123456789abcdef0123456789abcde",
                "METRICS_TOKEN      | 0123456789abcdef 0123456789abcdef",
                "METRICS_TOKEN      | 0123456789abcdef0123456789abcdef,short",
                "METRICS_TOKEN      | ,",
                "REGISTRATION_REDIRECT_HOSTS | https://app.example",
                "REGISTRATION_REDIRECT_HOSTS | *.example",
                "REGISTRATION_UNUSED_CLIENTS | 0",
                "REGISTRATION_UNUSED_CLIENTS | many",
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
    @ValueSource(strings = {"\"https://a.example\"", "'https://a.example'", " https://a.example "})
    void onePairOfQuotesIsTakenOff(String url) {
        written.put("PUBLIC_URL", url);

        assertThat(read().publicUrl()).hasToString("https://a.example");
    }

    @Test
    void whatTheServerReadsTooIsGivenToItWithoutQuotes() throws IOException {
        written.put("PROXY_HOST", "'*'");
        written.put("PROXY_PORT", " \"4000\" ");
        written.put("LOGLEVEL", "DEBUG");

        assertThat(read().listenPort()).isEqualTo(4000);
        assertThat(variables()).isEqualTo(Map.of("proxy.host", "*", "proxy.port", "4000"));
    }

    @Test
    void aPairOfQuotesWithNothingInItIsNoValue() {
        written.put("PROXY_HOST", "''");

        assertThat(problems()).singleElement().asString().startsWith("PROXY_HOST is a pair of quotes");
    }

    @Test
    void aPasswordMayHoldQuotesButNotStandInThem() {
        written.put("DATABASE_PASSWORD", "it's \"good");
        read();

        written.put("DATABASE_PASSWORD", "\"hunter2\"");
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("DATABASE_PASSWORD must not stand in quotes")
                .doesNotContain("hunter2");
    }

    @Test
    void whatTheServerWasGivenBeforeIsTakenBack() throws IOException {
        written.put("PROXY_PORT", "\"4000\"");
        read();
        written.put("PROXY_PORT", "\"5000\"");
        read();
        assertThat(variables()).isEqualTo(Map.of("proxy.port", "5000"));

        written.put("PROXY_PORT", "6000");
        read();

        assertThat(variablesFile()).doesNotExist();
    }

    @Test
    void quotesStopTheStartWhereTheServerCannotBeGivenAnything() throws IOException {
        Files.writeString(folder.resolve("variables"), "a file where the folder should be");
        written.put("PROXY_PORT", "'4000'");

        assertThat(problems())
                .singleElement()
                .asString()
                .contains(variablesFile().toString(), "Take the quotes off");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DATABASE_URL",
                "DATABASE_USER",
                "DATABASE_CONNECTIONS",
                "DATABASE_RESERVE_MB",
                "DATABASE_OPTIONS"
            })
    void quotesAreRefusedWhereTheDatabaseWouldBeGivenThem(String name) {
        written.put(name, "'4000'");

        assertThat(problems()).anyMatch(problem -> problem.startsWith(name + " must stand without quotes"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://db.internal/proxy",
                "jdbc:oracle:thin:@db.internal",
                "jdbc:postgresql://db.internal/proxy?user=proxy&password=word",
            })
    void aDatabaseThatCannotBeOrWouldShowItsPasswordIsRefused(String url) {
        written.put("DATABASE_URL", url);
        written.put("SESSION_SECRET_KEY", "0".repeat(64));

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("DATABASE_URL must ")
                .doesNotContain("word&", "=word");
    }

    @Test
    void onlyOnePairOfQuotesIsTakenOff() {
        written.put("OKTA_CLIENT_SECRET", "\"'quoted'\"");

        assertThat(read().okta().credential()).isEqualTo(new Credential.ClientSecret(new Secret("'quoted'")));
    }

    @Test
    void furtherHeadersForTheBackendAreNamedInAnyCase() {
        assertThat(read().backends().standard().orElseThrow().headers()).isEmpty();
        written.put("RELAY_HEADERS", "X-Tenant, x-feature");

        assertThat(read().backends().standard().orElseThrow().headers())
                .containsExactlyInAnyOrder("x-tenant", "x-feature");
    }

    @Test
    void theShortFormIsOneBackendAndTheDefault() {
        Settings settings = read();

        assertThat(settings.mcpResources()).containsExactly(URI.create("http://localhost:3001/mcp"));
        assertThat(settings.defaultResource()).contains(URI.create("http://localhost:3001/mcp"));
    }

    @Test
    void eachOfManyBackendsIsAResourceOfItsOwn() {
        many();
        Settings settings = read();

        assertThat(settings.backends().paths()).containsExactly("/files/mcp", "/our-jira/mcp");
        assertThat(settings.backends().at("/our-jira/mcp").orElseThrow().url())
                .hasToString("https://jira.internal/mcp");
        assertThat(settings.defaultResource()).isEmpty();
    }

    @Test
    void oneOfManyBackendsMayBeTheDefaultToo() {
        many();
        written.put("MCP_DEFAULT_BACKEND", "files");
        Settings settings = read();

        assertThat(settings.backends().paths()).containsExactly("/mcp", "/files/mcp", "/our-jira/mcp");
        assertThat(settings.backends().standard()).isEqualTo(settings.backends().at("/files/mcp"));
    }

    @Test
    void whatIsWrongWithManyBackendsIsNamed() {
        many();
        written.remove("MCP_BACKENDS_FILES_URL");
        written.put("MCP_DEFAULT_BACKEND", "others");
        written.put("MCP_BACKENDS_OUR_JIRA_URL", "python main.py");

        assertThat(problems())
                .hasSize(3)
                .anyMatch(problem -> problem.startsWith("MCP_BACKENDS_FILES_URL is missing."))
                .anyMatch(problem -> problem.startsWith("MCP_BACKENDS_OUR_JIRA_URL is no URL"))
                .anyMatch(problem -> problem.startsWith("MCP_DEFAULT_BACKEND must be one of"));
    }

    @Test
    void aBackendListedTwiceIsRefused() {
        many();
        written.put("MCP_BACKENDS", "files,our-jira,files");

        assertThat(problems()).singleElement().asString().startsWith("MCP_BACKENDS must ");
    }

    @Test
    void eachBadNameIsNamedAndTheSettingsOfTheOthersAreRead() {
        many();
        written.put("MCP_BACKENDS", "files,okta,Bad_Name,our-jira,oauth2");
        written.put("MCP_BACKENDS_FILES_URL", "ftp://files.internal/");

        assertThat(problems())
                .hasSize(4)
                .anyMatch(problem -> problem.startsWith("MCP_BACKENDS must not list okta:"))
                .anyMatch(problem -> problem.startsWith("MCP_BACKENDS must list names of small letters"))
                .anyMatch(problem -> problem.startsWith("MCP_BACKENDS must not list oauth2:"))
                .anyMatch(problem -> problem.startsWith("MCP_BACKENDS_FILES_URL "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"okta", "oauth", "oauth2", "admin", "console", "connections", "health", "jwt", "metrics"})
    void noBackendTakesAPathThatIsAnothers(String name) {
        many();
        written.put("MCP_BACKENDS", "files,our-jira," + name);
        written.put("MCP_BACKENDS_" + name.toUpperCase(Locale.ROOT) + "_URL", "http://other.internal/mcp");

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("MCP_BACKENDS must not list " + name + ": that path is not free.");
    }

    /** It would lead nowhere. */
    @Test
    void oktasTokensNeedADefaultBackend() {
        many();
        written.put("OKTA_ISSUER", "https://acme.okta.com/oauth2/default");
        written.put("OKTA_AUDIENCE", "api://mcp");

        assertThat(problems()).singleElement().asString().startsWith("MCP_DEFAULT_BACKEND is missing.");
    }

    @Test
    void aBackendIsToldWhoCallsUnlessSaidOtherwise() {
        many();
        written.put("MCP_BACKENDS_OUR_JIRA_CREDENTIAL", "static");
        written.put("MCP_BACKENDS_OUR_JIRA_CREDENTIAL_HEADER", "X-Api-Key");
        written.put("MCP_BACKENDS_OUR_JIRA_CREDENTIAL_VALUE", "a key");
        Backends backends = read().backends();

        assertThat(backends.at("/files/mcp").orElseThrow().credential()).isEqualTo(new BackendCredential.Identity());
        assertThat(backends.at("/our-jira/mcp").orElseThrow().credential())
                .isEqualTo(new BackendCredential.Static("X-Api-Key", new Secret("a key")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "content-length", "Mcp-Session-Id", "Last-Event-ID", "X_Key", "X Key", "X-Key:"})
    void aStaticCredentialStandsInNoHeaderThatMeansSomethingElse(String header) {
        written.put("MCP_BACKEND_CREDENTIAL", "static");
        written.put("MCP_BACKEND_CREDENTIAL_VALUE", "a-secret-value");
        written.put("MCP_BACKEND_CREDENTIAL_HEADER", header);

        assertThat(problems()).singleElement().asString().startsWith("MCP_BACKEND_CREDENTIAL_HEADER must ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\u0000b", "\u00e9"})
    void aStaticCredentialIsAHeadersValueAndIsNotShown(String value) {
        written.put("MCP_BACKEND_CREDENTIAL", "static");
        assertThat(problems()).singleElement().asString().startsWith("MCP_BACKEND_CREDENTIAL_VALUE is missing.");

        written.put("MCP_BACKEND_CREDENTIAL_VALUE", "sesame-" + value);
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("MCP_BACKEND_CREDENTIAL_VALUE must ")
                .doesNotContain("sesame");
    }

    @Test
    void aBackendMayBeSentATokenThatTheUsersIsExchangedFor() {
        exchange();
        written.put("MCP_BACKEND_CREDENTIAL_SCOPES", "files.read,files.write");
        written.put("MCP_BACKEND_CREDENTIAL_ISSUER", "https://acme.okta.com/oauth2/files/");
        written.put("OKTA_EXCHANGE_CLIENT_ID", "service");
        written.put("OKTA_EXCHANGE_CLIENT_SECRET", "its-secret");
        URI files = URI.create("https://acme.okta.com/oauth2/files");
        ExchangeClient service = new ExchangeClient("service", new Credential.ClientSecret(new Secret("its-secret")));

        assertThat(standardCredential())
                .isEqualTo(new BackendCredential.Exchange(
                        files, "api://files", new Scope("files.read", "files.write"), service));
    }

    @Test
    void theServerAndTheApplicationOfTheSignOnExchangeUnlessSaidOtherwise() {
        exchange();
        ExchangeClient same = new ExchangeClient("client", new Credential.ClientSecret(new Secret("the-secret")));

        assertThat(standardCredential())
                .isEqualTo(new BackendCredential.Exchange(
                        URI.create("https://acme.okta.com/oauth2/default"), "api://files", new Scope(), same));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "MCP_BACKEND_CREDENTIAL          | OKTA_ISSUER                        | https://acme.okta.com",
                "MCP_BACKEND_CREDENTIAL_AUDIENCE | MCP_BACKEND_CREDENTIAL_AUDIENCE    | -",
                "MCP_BACKEND_CREDENTIAL_AUDIENCE | MCP_BACKEND_CREDENTIAL_AUDIENCE    | two words",
                "MCP_BACKEND_CREDENTIAL_SCOPES   | MCP_BACKEND_CREDENTIAL_SCOPES      | openid files.read",
                "MCP_BACKEND_CREDENTIAL_SCOPES   | MCP_BACKEND_CREDENTIAL_SCOPES      | offline_access",
                "MCP_BACKEND_CREDENTIAL_SCOPES   | MCP_BACKEND_CREDENTIAL_SCOPES      | fil\u00e9s",
                "MCP_BACKEND_CREDENTIAL_ISSUER   | MCP_BACKEND_CREDENTIAL_ISSUER      | https://evil.example/oauth2/files",
                "MCP_BACKEND_CREDENTIAL_ISSUER   | MCP_BACKEND_CREDENTIAL_ISSUER      | https://acme.okta.com",
                "OKTA_EXCHANGE_CLIENT_SECRET     | OKTA_EXCHANGE_CLIENT_ID            | service",
                "OKTA_EXCHANGE_CLIENT_ID         | OKTA_EXCHANGE_CLIENT_SECRET        | its-secret",
                "MCP_BACKEND_CREDENTIAL_AUDIENCE | MCP_BACKEND_CREDENTIAL             | identity"
            })
    void anExchangeThatCouldNotBeIsNamed(String problem, String setting, String value) {
        exchange();
        if (value == null) {
            written.remove(setting);
        } else {
            written.put(setting, value);
        }

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith(problem + " ")
                .doesNotContain("its-secret");
    }

    /** The backend could call it in the user's name, and whoever comes there has no session of ours. */
    @Test
    void noTokenIsExchangedForOurOwnAudience() {
        many();
        written.put("OKTA_ISSUER", "https://acme.okta.com/oauth2/default");
        written.put("OKTA_AUDIENCE", "api://mcp");
        written.put("MCP_DEFAULT_BACKEND", "files");
        written.put("MCP_BACKENDS_OUR_JIRA_CREDENTIAL", "exchange");
        written.put("MCP_BACKENDS_OUR_JIRA_CREDENTIAL_AUDIENCE", "api://mcp");
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("MCP_BACKENDS_OUR_JIRA_CREDENTIAL_AUDIENCE must not be OKTA_AUDIENCE");

        written.put("MCP_BACKENDS_OUR_JIRA_CREDENTIAL_AUDIENCE", "api://jira");
        assertThat(read().backends().at("/our-jira/mcp")).isPresent();
        written.put("MCP_DEFAULT_BACKEND", "our-jira");
        assertThat(problems()).singleElement().asString().startsWith("OKTA_AUDIENCE cannot be set");
    }

    private void exchange() {
        written.put("OKTA_ISSUER", "https://acme.okta.com/oauth2/default");
        written.put("MCP_BACKEND_CREDENTIAL", "exchange");
        written.put("MCP_BACKEND_CREDENTIAL_AUDIENCE", "api://files");
    }

    private BackendCredential standardCredential() {
        return read().backends().standard().orElseThrow().credential();
    }

    /** The JVM's own authorities are a PKCS #12 file. */
    @Test
    void aBackendMayHaveItsOwnAuthorities() {
        Path authorities = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
        written.put("MCP_BACKEND", "https://backend.internal/mcp");
        written.put("MCP_BACKEND_TRUSTSTORE", authorities.toString());
        written.put("MCP_BACKEND_TRUSTSTORE_PASSWORD", "changeit");

        assertThat(read().backends().standard().orElseThrow().transport())
                .isEqualTo(new BackendTransport(Optional.of(new BackendTls(
                        Optional.of(new TrustedAuthorities(authorities, Optional.of(new Secret("changeit")))),
                        Optional.empty()))));

        written.put("MCP_BACKEND_TRUSTSTORE_PASSWORD", "sesame");
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("MCP_BACKEND_TRUSTSTORE names a file that is neither")
                .doesNotContain("sesame");
        written.put("MCP_BACKEND", "http://backend.internal/mcp");
        written.put("MCP_BACKEND_TRUSTSTORE_PASSWORD", "changeit");
        assertThat(problems())
                .hasSize(2)
                .allMatch(problem -> problem.contains(" is for MCP servers with https:// alone."));
    }

    @ParameterizedTest
    @CsvSource({
        "TRUSTSTORE, TRUSTSTORE, /no/such/file, names a file that cannot be read.",
        "TRUSTSTORE, TRUSTSTORE, some.pem, must be the absolute path",
        "TRUSTSTORE, TRUSTSTORE_PASSWORD, secret, is missing.",
        "CLIENT_KEY, CLIENT_CERT, /no/such/file, is missing.",
        "CLIENT_CERT, CLIENT_KEY, /no/such/file, is missing.",
        "CLIENT_KEYSTORE, CLIENT_KEYSTORE, /no/such/file, names a file that cannot be read.",
        "CLIENT_KEYSTORE, CLIENT_KEYSTORE_PASSWORD, secret, is missing."
    })
    void filesForTlsThatAreNotGoodAreNamed(String problem, String setting, String value, String what) {
        written.put("MCP_BACKEND", "https://backend.internal/mcp");
        written.put("MCP_BACKEND_" + setting, value);

        assertThat(problems()).singleElement().asString().startsWith("MCP_BACKEND_" + problem + " " + what);
    }

    @Test
    void aFileOfSomethingElseHoldsNoAuthorities() throws IOException {
        written.put("MCP_BACKEND", "https://backend.internal/mcp");
        for (String content : List.of("", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")) {
            Path file = Files.writeString(folder.resolve("some.pem"), content);
            written.put("MCP_BACKEND_TRUSTSTORE", file.toString());

            assertThat(problems()).singleElement().asString().startsWith("MCP_BACKEND_TRUSTSTORE names a file");
        }
    }

    /** It would be believed to be sent. */
    @Test
    void aCredentialThatWouldNotBeSentIsNamed() {
        written.put("MCP_BACKEND_CREDENTIAL_VALUE", "a key");
        assertThat(problems()).singleElement().asString().startsWith("MCP_BACKEND_CREDENTIAL_VALUE is for");

        written.remove("MCP_BACKEND_CREDENTIAL_VALUE");
        many();
        written.put("MCP_BACKEND_CREDENTIAL", "none");
        assertThat(problems()).singleElement().asString().startsWith("MCP_BACKEND_CREDENTIAL is for MCP_BACKEND");
    }

    /** Who comes there has no session at Okta here, and their own token must not be passed on. */
    @Test
    void oktasTokensAreNotSentOnFromOktasEndpoint() {
        written.put("OKTA_ISSUER", "https://acme.okta.com/oauth2/default");
        written.put("OKTA_AUDIENCE", "api://mcp");
        written.put("MCP_BACKEND_CREDENTIAL", "okta");

        assertThat(problems()).singleElement().asString().startsWith("OKTA_AUDIENCE cannot be set");
    }

    private void many() {
        written.remove("MCP_BACKEND");
        written.put("MCP_BACKENDS", "files, our-jira");
        written.put("MCP_BACKENDS_FILES_URL", "http://files.internal/mcp");
        written.put("MCP_BACKENDS_OUR_JIRA_URL", "https://jira.internal/mcp");
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
    void requestsArePushedWhereThatIsOfferedUnlessItIsSwitchedOff() {
        assertThat(read().okta().pushedRequests()).isTrue();
        written.put("OKTA_PUSHED_REQUESTS", "off");
        assertThat(read().okta().pushedRequests()).isFalse();
        written.put("OKTA_PUSHED_REQUESTS", "on");
        assertThat(read().okta().pushedRequests()).isTrue();
        written.put("OKTA_PUSHED_REQUESTS", "false");
        assertThat(problems()).containsExactly("OKTA_PUSHED_REQUESTS must be on or off.");
    }

    @Test
    void oktasTokensAreBoundToAKeyWhereThatIsSwitchedOn() {
        assertThat(read().okta().boundTokens()).isFalse();
        written.put("OKTA_DPOP", "off");
        assertThat(read().okta().boundTokens()).isFalse();
        written.put("OKTA_DPOP", "on");
        assertThat(read().okta().boundTokens()).isTrue();
        written.put("OKTA_DPOP", "true");
        assertThat(problems()).containsExactly("OKTA_DPOP must be on or off.");
    }

    /** It has no key of ours to use it with. */
    @Test
    void aBoundTokenIsForNoMcpServer() {
        written.put("OKTA_DPOP", "on");
        written.put("MCP_BACKEND_CREDENTIAL", "okta");
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("MCP_BACKEND_CREDENTIAL must not be okta with OKTA_DPOP=on");

        exchange();
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("MCP_BACKEND_CREDENTIAL must not be exchange with OKTA_DPOP=on");

        written.put("OKTA_DPOP", "off");
        assertThat(standardCredential()).isInstanceOf(BackendCredential.Exchange.class);
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

            assertThat(read().secretKeys().current().bytes()).isEqualTo(key);
        }
    }

    @Test
    void aSecretKeyThatNobodySetIsMadeOnceForTheOwnerAlone() throws IOException {
        written.remove("SESSION_SECRET_KEY");
        byte[] first = read().secretKeys().current().bytes();

        assertThat(read().secretKeys().current().bytes()).isEqualTo(first).hasSize(32);
        assertThat(Files.list(folder))
                .singleElement()
                .satisfies(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------"));
    }

    @Test
    void secretKeysOfThePastAreListedWithCommas() {
        written.put("SESSION_SECRET_KEY_PREVIOUS", "11".repeat(32) + ", " + "22".repeat(32));

        assertThat(read().secretKeys().all().map(SecretKeyMaterial::bytes).map(HexFormat.of()::formatHex))
                .containsExactly("00".repeat(32), "11".repeat(32), "22".repeat(32));
    }

    @Test
    void oneBadSecretKeyOfThePastSpoilsTheList() {
        written.put("SESSION_SECRET_KEY_PREVIOUS", "11".repeat(32) + ",short-secret");

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("SESSION_SECRET_KEY_PREVIOUS ")
                .doesNotContain("short-secret");
    }

    /** Other nodes would have other keys, or the database would outlive this node's. */
    @Test
    void aDatabaseServerNeedsASecretKeyThatSomebodySet() throws IOException {
        written.remove("SESSION_SECRET_KEY");
        written.put("DATABASE_URL", "jdbc:postgresql://db.internal/proxy");

        assertThat(problems()).singleElement().asString().startsWith("SESSION_SECRET_KEY is missing.");
        assertThat(Files.list(folder)).isEmpty();
    }

    @Test
    void keysAreRotatedAsOftenAsIsSet() {
        written.put("KEY_ROTATION_DAYS", "7");

        assertThat(read().keyRotation()).isEqualTo(Duration.ofDays(7));
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

    @Test
    void everyProblemOfThePolicyFileIsNamedWithTheOthers() throws IOException {
        Path policy = Files.writeString(folder.resolve("policy"), "others.groups=a\nmcp.tools.a.groups=\n");
        written.put("POLICY_FILE", policy.toString());
        written.put("PROXY_PORT", "0");

        assertThat(problems())
                .hasSize(3)
                .anyMatch(problem -> problem.startsWith("POLICY_FILE (" + policy + "): others.groups must begin"))
                .anyMatch(problem -> problem.startsWith("POLICY_FILE (" + policy + "): mcp.tools.a.groups must list"));
        written.put("POLICY_FILE", folder.resolve("none").toString());
        assertThat(problems()).anyMatch(problem -> problem.endsWith("none): The file cannot be read."));
        written.put("POLICY_FILE", Files.writeString(policy, "").toString());
        assertThat(problems())
                .anyMatch(problem -> problem.startsWith("POLICY_FILE (" + policy + "): The file has no rule."));
    }

    @Test
    void aPolicySpeaksOfEachBackendByItsNameAndAddsToItsScopes() throws IOException {
        Path policy = Files.writeString(folder.resolve("policy"), """
                mcp.tools.a.scopes=one
                files.tools.a.scopes=three two
                """);
        written.put("POLICY_FILE", policy.toString());
        written.put("MCP_BACKENDS", "files");
        written.put("MCP_BACKENDS_FILES_URL", "http://files.internal/mcp");

        Settings settings = read();

        assertThat(settings.policyScopes(settings.backends().at("/mcp").orElseThrow())
                        .toStringList())
                .containsExactly("one");
        assertThat(settings.policyScopes(settings.backends().at("/files/mcp").orElseThrow())
                        .toStringList())
                .containsExactly("three", "two");
        assertThat(settings.offeredScopes().toStringList())
                .containsExactlyInAnyOrder(
                        "mcp", "offline_access", "openid", "profile", "email", "one", "two", "three");
        written.put("MCP_BACKENDS", "mcp");
        written.put("MCP_BACKENDS_MCP_URL", "http://files.internal/mcp");
        assertThat(problems()).anyMatch(problem -> problem.startsWith("POLICY_FILE cannot tell the backend mcp"));
    }

    @Test
    void nobodyReadsMetricsUnlessToldOtherwise() {
        assertThat(read().metricsTokens()).isEmpty();

        written.put("METRICS_TOKEN", "m".repeat(32) + ", " + "n".repeat(64));

        assertThat(read().metricsTokens()).containsExactly(new Secret("m".repeat(32)), new Secret("n".repeat(64)));
        assertThat(read().toString()).doesNotContain("mmmm");
        written.put("METRICS_TOKEN", "secret-secret");
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("METRICS_TOKEN must be a token of at least 32")
                .doesNotContain("secret-");
    }

    @Test
    void registrationIsOpenUnlessToldOtherwise() {
        assertThat(read().registration()).isEqualTo(RegistrationSettings.standard());
        assertThat(read().registration().access()).isEqualTo(Access.OPEN);

        written.put("REGISTRATION", "token");
        written.put("REGISTRATION_TOKEN", "a".repeat(32) + " , " + "b".repeat(32));
        written.put("REGISTRATION_REDIRECT_HOSTS", "App.example, other.example:8443");
        written.put("REGISTRATION_UNUSED_CLIENTS", "7");

        assertThat(read().registration())
                .isEqualTo(new RegistrationSettings(
                        Access.TOKEN,
                        List.of(new Secret("a".repeat(32)), new Secret("b".repeat(32))),
                        Set.of("app.example", "other.example:8443"),
                        7));
        assertThat(read().toString()).doesNotContain("aaaa");
    }

    @Test
    void aRegistrationTokenIsAskedForWhereItIsSetAndSetWhereItIsAskedFor() {
        written.put("REGISTRATION", "token");
        assertThat(problems()).singleElement().asString().startsWith("REGISTRATION_TOKEN is missing.");

        written.put("REGISTRATION_TOKEN", "secret-".repeat(8));
        for (String access : List.of("open", "closed")) {
            written.put("REGISTRATION", access);
            assertThat(problems())
                    .singleElement()
                    .asString()
                    .startsWith("REGISTRATION_TOKEN is asked for with REGISTRATION=token alone.")
                    .doesNotContain("secret-");
        }
        written.remove("REGISTRATION");
        assertThat(problems()).hasSize(1);
    }

    /** Of whoever is not named there, nobody would take Okta's word. */
    @Test
    void assertionsForUsersAreTakenWhereThatIsSaidAndSomebodyMayBringThem() throws IOException {
        assertThat(read().okta().crossAppAccess()).isFalse();

        written.put("OKTA_CROSS_APP_ACCESS", "on");
        assertThat(problems()).singleElement().asString().startsWith("OKTA_CROSS_APP_ACCESS needs CLIENTS_FILE");

        written.put(
                "CLIENTS_FILE",
                Files.writeString(folder.resolve("clients.json"), "[]").toString());
        assertThat(read().okta().crossAppAccess()).isTrue();
        written.put("OKTA_CROSS_APP_ACCESS", "off");
        assertThat(read().okta().crossAppAccess()).isFalse();
    }

    /** What the reader asks for, with one backend and with several. */
    @Test
    void theExampleNamesEverySetting() throws IOException {
        Set<String> asked = new TreeSet<>();
        asked.addAll(namesAsked());
        written.remove("MCP_BACKEND");
        written.putAll(Map.of("MCP_BACKENDS", "files", "MCP_BACKENDS_FILES_URL", "http://files.internal/mcp"));
        asked.addAll(namesAsked());
        Set<String> named = Pattern.compile("^#?([A-Z][A-Z0-9_]*)=", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of(".env.example")))
                .results()
                .map(match -> ofAnyBackend(match.group(1)))
                .collect(Collectors.toSet());

        assertThat(asked).hasSizeGreaterThan(60);
        assertThat(named)
                .containsAll(
                        asked.stream().map(SettingsReaderTest::ofAnyBackend).toList());
    }

    private static String ofAnyBackend(String setting) {
        return setting.replaceFirst("^MCP_BACKENDS_(FILES|OUR_JIRA)_", "MCP_BACKEND_");
    }

    private Set<String> namesAsked() {
        Set<String> names = new HashSet<>();
        read(name -> {
            names.add(name);
            return Optional.ofNullable(written.get(name));
        });
        return names;
    }

    private Settings read() {
        return read(name -> Optional.ofNullable(written.get(name)));
    }

    private Settings read(Function<String, Optional<String>> source) {
        return new SettingsReader(
                        source,
                        written::keySet,
                        folder,
                        new SecureRandom(),
                        Optional.of(new ServerVariables(variablesFile())))
                .read();
    }

    private Path variablesFile() {
        return folder.resolve("variables/unquoted.properties");
    }

    private Map<String, String> variables() throws IOException {
        Properties variables = new Properties();
        try (var in = Files.newInputStream(variablesFile())) {
            variables.load(in);
        }
        return variables.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, variables::getProperty));
    }

    private List<String> problems() {
        return catchThrowableOfType(SettingsException.class, this::read).problems();
    }
}
