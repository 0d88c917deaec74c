package org.mcpproxy.client.preregistered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.minidev.json.JSONArray;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.ClientDocumentSettings;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.SettingsException;
import org.mcpproxy.fixture.KnownClients;
import org.mcpproxy.fixture.KnownDocuments;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Secret;

class ClientsOfFileTest {

    private static final String SECRET = "a-secret-that-nobody-will-ever-guess";
    private static final Settings SETTINGS = Samples.settings(Backends.of(
            Optional.of(Samples.backend("files")), List.of(Samples.backend("files"), Samples.backend("jira"))));
    private static final String FILES = Samples.ISSUER + "/files/mcp";
    private static final String JIRA = Samples.ISSUER + "/jira/mcp";

    @Test
    void aServiceIsReadWhole() {
        PreregisteredClient known = read(service()
                .with("client_name", "Reports")
                .with("groups", List.of("reporting"))
                .array());

        Client client = known.client();
        assertThat(client.id()).isEqualTo("reports");
        assertThat(client.name()).contains("Reports");
        assertThat(client.authenticationMethod()).isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        assertThat(client.secretHash()).contains(new Secret(SECRET).hash());
        assertThat(client.grantTypes()).containsExactly(GrantType.CLIENT_CREDENTIALS);
        assertThat(client.redirectUris()).isEmpty();
        assertThat(client.scope().toStringList()).containsExactly("mcp");
        assertThat(known.resources()).containsExactlyInAnyOrder(FILES, JIRA);
        assertThat(known.groups()).containsExactly("reporting");
        assertThat(known.introspects()).isEmpty();
        assertThat(known.mayActForItself()).isTrue();
    }

    /** RFC 9449 5.2. */
    @Test
    void aClientMayHaveAllItsTokensBound() {
        assertThat(read(service().with("dpop_bound_access_tokens", true).array())
                        .client()
                        .bindsTokens())
                .isTrue();
        assertThat(read(service().array()).client().bindsTokens()).isFalse();
    }

    @Test
    void theFileMayHoldTheHashOfASecretInsteadOfIt() {
        PreregisteredClient known = read(service()
                .without("client_secret")
                .with("client_secret_sha256", "B94D27B9934D3E08A52E52D7DA7DABFAC484EFE37A5380EE9088F7ACE2EFCDE9")
                .array());

        assertThat(new Secret("hello world")
                        .hashesTo(known.client().secretHash().orElseThrow()))
                .isTrue();
    }

    @Test
    void theClientsMayBeAMemberOfAnObject() {
        JSONObject file = new JSONObject();
        file.put("clients", List.of(service().json));

        assertThat(clients(file.toJSONString()).find("reports")).isPresent();
        assertThat(clients("[]").find("reports")).isEmpty();
        assertThat(new ClientsOfFile(SETTINGS, new SettableClock()).find("reports"))
                .isEmpty();
    }

    @Test
    void aClientOfPeopleMayReachAllThatItIsNotKeptFrom() {
        PreregisteredClient known = read(application().array());

        assertThat(known.client().redirectUris()).containsExactly(Samples.REDIRECT_URI);
        assertThat(known.client().mayUse(GrantType.REFRESH_TOKEN)).isTrue();
        assertThat(known.mayActForItself()).isFalse();
        assertThat(known.mayReach(JIRA)).isTrue();
        assertThat(read(application().with("resources", List.of("/files/mcp")).array())
                        .mayReach(JIRA))
                .isFalse();
    }

    @Test
    void aDeviceNeedsNoRedirectUri() {
        Entry device = application()
                .without("redirect_uris")
                .with("grant_types", List.of(GrantType.DEVICE_CODE.getValue(), "refresh_token"));

        Client known = read(device.array()).client();
        assertThat(known.redirectUris()).isEmpty();
        assertThat(known.grantTypes()).containsExactlyInAnyOrder(GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN);
        assertThat(problems(
                        SETTINGS,
                        device.with("redirect_uris", List.of(Samples.REDIRECT_URI))
                                .array()))
                .singleElement()
                .asString()
                .contains("redirect_uris are for authorization_code alone");
    }

    @Test
    void keysStandInTheFileOrWhereItSays() throws JOSEException {
        RSAKey key = new RSAKeyGenerator(2048).generate();
        Entry keyed = service().without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");

        assertThat(read(keyed.with("jwks", new JWKSet(key.toPublicJWK()).toJSONObject())
                                .array())
                        .client()
                        .keys()
                        .orElseThrow()
                        .set()
                        .orElseThrow()
                        .size())
                .isEqualTo(1);
        Entry located = keyed.without("jwks").with("jwks_uri", "https://reports.example/jwks.json");
        assertThat(read(located.array()).client().keys().orElseThrow().location())
                .hasToString("Optional[https://reports.example/jwks.json]");
        assertThat(problems(
                        SETTINGS,
                        located.with("jwks_uri", "http://reports.example/jwks.json")
                                .array()))
                .singleElement()
                .asString()
                .contains("reports: jwks_uri must be an https URL");
        Settings without = Samples.settings(
                new ClientDocumentSettings(false, Set.of(), Set.of(), Set.of(), Optional.empty(), Optional.empty()));
        assertThat(problems(without, located.with("resources", List.of("/mcp")).array()))
                .singleElement()
                .asString()
                .contains("reports: jwks_uri needs CLIENT_DOCUMENTS=on");
    }

    /** By one way only, and by one at least: nobody must come in who need not prove anything. */
    @Test
    void aClientProvesItselfByOneSecretOrOneSetOfKeys() throws JOSEException {
        Entry keyed = service()
                .without("client_secret")
                .with("token_endpoint_auth_method", "private_key_jwt")
                .with(
                        "jwks",
                        new JWKSet(new ECKeyGenerator(Curve.P_256).generate().toPublicJWK()).toJSONObject());
        assertThat(read(keyed.array()).client().keys()).isPresent();

        assertThat(problems(SETTINGS, service().without("client_secret").array()))
                .containsExactly("CLIENTS_FILE (clients.json): reports: client_secret_basic needs client_secret, or"
                        + " client_secret_sha256 instead of it.");
        assertThat(problems(
                        SETTINGS,
                        keyed.with("jwks_uri", "https://reports.example/jwks.json")
                                .array()))
                .containsExactly(
                        "CLIENTS_FILE (clients.json): reports: private_key_jwt needs jwks or jwks_uri, and not both.");
        assertThat(problems(SETTINGS, keyed.with("jwks", "a key").array()))
                .contains("CLIENTS_FILE (clients.json): reports: jwks must be an object.");
    }

    @Test
    void aFileOfMoreThanAThousandClientsIsRefused() {
        JSONArray file = new JSONArray();
        for (int i = 0; i < 1_000; i++) {
            file.add(service().with("client_id", "reports-" + i).json);
        }
        assertThat(clients(file.toJSONString()).find("reports-999")).isPresent();
        file.add(service().json);

        assertThat(problems(SETTINGS, file.toJSONString()))
                .containsExactly("CLIENTS_FILE (clients.json): There may be 1000 clients.");
    }

    /** Whoever could read such a file could sign. */
    @Test
    void aPrivateOrSharedKeyIsRefusedAndSoIsNone() throws JOSEException {
        Entry keyed = service().without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
        OctetSequenceKey shared = new OctetSequenceKeyGenerator(256).generate();

        for (JWKSet keys :
                List.of(new JWKSet(new ECKeyGenerator(Curve.P_256).generate()), new JWKSet(shared), new JWKSet())) {
            assertThat(problems(
                            SETTINGS,
                            keyed.with("jwks", keys.toJSONObject(false)).array()))
                    .singleElement()
                    .asString()
                    .contains("reports: jwks must be a JWK Set of 1 to 8 public keys");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://reports.example/client.json",
                "http:reports",
                "with blank",
                "a/b",
                "naïve",
                // what this server gives, and what Okta gives
                "0123456789012345678901234567890123456789abc",
                "00u1a2b3c4d5e6f7g8h9",
                "0oa1a2b3c4d5e6f7g8h9"
            })
    void anIdIsPlainAndNobodyElses(String id) {
        assertThat(problems(SETTINGS, service().with("client_id", id).array()))
                .singleElement()
                .asString()
                .startsWith("CLIENTS_FILE (clients.json): Entry 1: client_id must ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "grant_types        | [\"client_credentials\",\"password\"]   | grant_types must be some of",
                "grant_types        | [\"client_credentials\",\"refresh_token\"] | refresh_token needs a grant type",
                "grant_types        | \"client_credentials\"                   | grant_types must be an array of texts",
                "grant_types        | [\"client_credentials\",\"authorization_code\"] | A redirect URI must be https",
                "response_types     | [\"token\"]                            | response_types must be code alone",
                "redirect_uris      | [\"https://app.example/callback\"]     | redirect_uris are for authorization_code",
                "scope              | \"mcp admin\"                          | scope must be some of mcp",
                "scope              | 7                                    | scope must be a text",
                "resources          | [\"https://other.example/mcp\"]        | resources must name MCP servers",
                "resources          | [\"/nothing/mcp\"]                     | resources must name MCP servers",
                "introspects        | [\"/nothing/mcp\"]                     | introspects must name MCP servers",
                "client_secret      | \"too short\"                          | client_secret must have 32 to 200 signs",
                "client_secret_sha256 | \"00\"                               | client_secret_sha256 must be the SHA-256",
                "client_secret_sha256 | \"00\"                               | needs client_secret, or client_secret_sha256",
                "token_endpoint_auth_method | \"none\"                       | needs a client that authenticates",
                "token_endpoint_auth_method | \"none\"                       | none has no client_secret",
                "token_endpoint_auth_method | \"tls_client_auth\"            | token_endpoint_auth_method must be one of",
                "token_endpoint_auth_method | \"private_key_jwt\"            | needs jwks or jwks_uri",
                "jwks_uri           | \"https://reports.example/jwks\"       | has no jwks and no jwks_uri",
                "jwks               | {}                                   | has no jwks and no jwks_uri",
                "client_name        | []                                   | client_name must be a text",
                "groups             | [7]                                  | groups must be an array of texts",
                "resource           | [\"/mcp\"]                             | resource is no member that is known",
            })
    void whatIsWrongIsNamed(String member, String value, String sentence) {
        String file = service().array().replaceFirst("}]$", ",\"" + member + "\":" + value + "}]");

        assertThat(problems(SETTINGS, file))
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith("CLIENTS_FILE (clients.json): reports: ")
                        .contains(sentence));
    }

    @Test
    void whoActsForUsersAuthenticatesAndIsToldWhere() {
        Entry agent = service()
                .with("grant_types", List.of("urn:ietf:params:oauth:grant-type:token-exchange"))
                .without("groups");
        assertThat(read(agent.array()).mayActForUsers()).isTrue();
        assertThat(read(service().array()).mayActForUsers()).isFalse();

        assertThat(problems(SETTINGS, agent.without("resources").array()))
                .containsExactly(
                        "CLIENTS_FILE (clients.json): reports: token-exchange needs resources: what it may act for"
                                + " users at.");
        assertThat(problems(
                        SETTINGS,
                        agent.with("resources", List.of("/files/mcp"))
                                .with("token_endpoint_auth_method", "none")
                                .without("client_secret")
                                .array()))
                .contains("CLIENTS_FILE (clients.json): reports: token-exchange needs a client that authenticates.");
    }

    @Test
    void whoBringsAssertionsAuthenticatesAndIsToldWhereAndOktaIsTrustedWithIt() {
        Settings trusting = Samples.withCrossAppAccess(SETTINGS);
        Entry agent = service().with("grant_types", List.of("urn:ietf:params:oauth:grant-type:jwt-bearer"));
        assertThat(clients(trusting, agent.array())
                        .find("reports")
                        .orElseThrow()
                        .mayBringAssertions())
                .isTrue();
        assertThat(read(service().array()).mayBringAssertions()).isFalse();

        assertThat(problems(SETTINGS, agent.array()))
                .singleElement()
                .asString()
                .startsWith("CLIENTS_FILE (clients.json): reports: grant_types must be some of")
                .doesNotContain("jwt-bearer");
        assertThat(problems(trusting, agent.without("resources").array()))
                .containsExactly(
                        "CLIENTS_FILE (clients.json): reports: jwt-bearer needs resources: what Okta may let it use.");
        assertThat(problems(
                        trusting,
                        agent.with("token_endpoint_auth_method", "none")
                                .without("client_secret")
                                .array()))
                .containsExactly("CLIENTS_FILE (clients.json): reports: jwt-bearer needs a client that authenticates.");
    }

    @Test
    void aServiceMustBeToldItsServersAndAPersonsClientHasNoGroups() {
        assertThat(problems(SETTINGS, service().without("resources").array()))
                .containsExactly(
                        "CLIENTS_FILE (clients.json): reports: client_credentials needs resources: the MCP servers"
                                + " that it may use.");
        assertThat(problems(
                        SETTINGS,
                        application().with("groups", List.of("admins")).array()))
                .containsExactly(
                        "CLIENTS_FILE (clients.json): app: groups are for client_credentials alone: users have their own.");
        assertThat(problems(
                        SETTINGS,
                        application().with("introspects", List.of("/files/mcp")).array()))
                .containsExactly("CLIENTS_FILE (clients.json): app: introspects needs a client that authenticates.");
        assertThat(problems(
                        SETTINGS,
                        service().with("groups", List.of("g".repeat(1_001))).array()))
                .containsExactly("CLIENTS_FILE (clients.json): reports: groups may have 1000 characters together.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "7", "null", "{}", "{\"clients\":{}}", "[", "client_id: reports"})
    void whatIsNoListOfClientsIsRefused(String text) {
        assertThat(problems(SETTINGS, text))
                .containsExactly(
                        "CLIENTS_FILE (clients.json): The file must be a JSON array of clients, or an object that"
                                + " has them as \"clients\".");
    }

    @Test
    void oneMessageNamesAllThatIsWrongAndNoSecret() {
        JSONArray file = new JSONArray();
        file.add(7);
        file.add(service().with("scope", "admin").json);
        file.add(application().with("redirect_uris", List.of("javascript:alert(1)")).json);
        file.add(application().json);
        file.add(application().json);
        file.add(service().with("client_id", SECRET + "\n").with(SECRET + "\n", 1).json);

        SettingsException failure = catchThrowableOfType(SettingsException.class, () -> clients(file.toJSONString()));

        assertThat(failure.problems())
                .hasSize(6)
                .anySatisfy(problem -> assertThat(problem).endsWith("Entry 1 must be a JSON object."))
                .anySatisfy(problem -> assertThat(problem).contains("reports: scope must be some of"))
                .anySatisfy(problem -> assertThat(problem).contains("app: A redirect URI must be https"))
                .anySatisfy(problem -> assertThat(problem).endsWith("app: this client_id stands there twice."))
                .anySatisfy(problem -> assertThat(problem).contains("Entry 6: client_id must have"))
                .anySatisfy(problem -> assertThat(problem).contains("Entry 6: A member whose name has other signs"));
        assertThat(failure.getMessage()).doesNotContain(SECRET);
        assertThat(Samples.withClients(SETTINGS, file.toJSONString()).toString())
                .doesNotContain(SECRET);
    }

    @Test
    void theLookupFindsThemBesideThoseThatRegistered() {
        ClientsOfFile ofFile =
                clients(service().with("resources", List.of("/files/mcp")).array());
        ClientLookup lookup =
                new ClientLookup(new KnownClients(Samples.client("registered")), ofFile, new KnownDocuments());

        Client service = lookup.find("reports");
        assertThat(service.id()).isEqualTo("reports");
        assertThat(lookup.findAgain("reports")).isEqualTo(service);
        assertThat(lookup.isNew("reports")).isFalse();
        assertThat(lookup.mayReach(service, FILES)).isTrue();
        assertThat(lookup.mayReach(service, JIRA)).isFalse();
        assertThat(lookup.mayReach(lookup.find("registered"), JIRA)).isTrue();
    }

    private static PreregisteredClient read(String file) {
        ClientsOfFile clients = clients(file);
        return clients.find("reports").or(() -> clients.find("app")).orElseThrow();
    }

    private static List<String> problems(Settings settings, String file) {
        return catchThrowableOfType(SettingsException.class, () -> clients(settings, file))
                .problems();
    }

    private static ClientsOfFile clients(String file) {
        return clients(SETTINGS, file);
    }

    private static ClientsOfFile clients(Settings settings, String file) {
        return new ClientsOfFile(Samples.withClients(settings, file), new SettableClock());
    }

    private static Entry service() {
        return new Entry(new JSONObject())
                .with("client_id", "reports")
                .with("client_secret", SECRET)
                .with("grant_types", List.of("client_credentials"))
                .with("resources", List.of("/files/mcp", JIRA + "/"));
    }

    private static Entry application() {
        return new Entry(new JSONObject())
                .with("client_id", "app")
                .with("token_endpoint_auth_method", "none")
                .with("grant_types", List.of("authorization_code", "refresh_token"))
                .with("redirect_uris", List.of(Samples.REDIRECT_URI));
    }

    /** One client, as it is written down. */
    private record Entry(JSONObject json) {

        Entry with(String member, Object value) {
            JSONObject changed = new JSONObject(json);
            changed.put(member, value);
            return new Entry(changed);
        }

        Entry without(String member) {
            JSONObject changed = new JSONObject(json);
            changed.remove(member);
            return new Entry(changed);
        }

        String array() {
            return "[" + json.toJSONString() + "]";
        }
    }
}
