package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.okta.TokenFault;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Device;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.Waiting;

/** A proxy with a policy, in front of a backend that has more than its users may use. */
class PolicyIT {

    private static final String POLICY = """
            mcp.groups=staff,admins
            mcp.tools.default=allow
            mcp.tools.delete_*.groups=admins
            mcp.tools.write.scopes=files.write
            mcp.tools.wipe.max_age=300
            mcp.tools.pay.acr_values=phr phrh
            """;
    private static final String LIST =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"delete_all\"},{\"name\":\"read\"}],"
                    + "\"nextCursor\":\"c\"}}";
    private static final String LEFT =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"read\"}],\"nextCursor\":\"c\"}}";
    private static final String LISTING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
    private static final String DELETING = call("delete_all");
    private static final String MODERN_PAYING =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"pay\","
                    + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}";
    private static final String[] MODERN = {
        "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: pay"
    };
    private static final Pattern CHALLENGE = Pattern.compile("(?im)^WWW-Authenticate: (.*?)\\r?$");

    private static final OktaUser MEMBER =
            new OktaUser("00umember00000000003", "member", "member", "Mem Ber", "member@example.com", List.of("staff"));

    @TempDir
    private static Path folder;

    private static Path file;
    private static OktaTenant okta;
    private static RelaySystem system;

    private RelaySystem.Caller staff;
    private RelaySystem.Caller admin;

    @BeforeAll
    static void start() throws IOException {
        file = Files.writeString(folder.resolve("policy.properties"), POLICY);
        okta = OktaTenant.start(OktaOptions.custom().withUsers(List.of(MEMBER)));
        system = RelaySystem.start(
                "POLICY_FILE",
                file.toString(),
                "OKTA_ISSUER",
                okta.issuer().toString(),
                "OKTA_CLIENT_ID",
                okta.clientId(),
                "OKTA_CLIENT_SECRET",
                okta.clientSecret());
        okta.allowRedirect(system.proxy().at("/oauth/callback"));
        system.proxy().awaitReady();
    }

    @AfterAll
    static void stop() throws IOException {
        if (system != null) {
            system.close();
        }
        okta.close();
    }

    @BeforeEach
    void comeIn() {
        staff = system.memberOf("staff");
        admin = system.memberOf("admins");
    }

    @AfterEach
    void mend() throws IOException {
        okta.faults().clear();
        if (!Files.readString(file).equals(POLICY)) {
            putInForce(POLICY);
        }
    }

    @Test
    void aJsonListIsFilteredToWhatThisUserMayCall() {
        assertThat(listed(staff)).isEqualTo(LEFT);
        assertThat(listed(admin)).isEqualTo(LIST);
    }

    private static String listed(RelaySystem.Caller caller) {
        try (RawClient client = caller.post(LISTING)) {
            system.backend().next().answer("200 OK\r\nContent-Type: application/json", LIST);
            return client.body();
        }
    }

    @Test
    void aListInAnEventStreamIsFilteredAndAllElseComesAtOnce() {
        try (RawClient client = staff.post(LISTING)) {
            RawBackend.Request backend = system.backend().next().openEvents();
            backend.send("id: 1\ndata:\n\n");
            assertThat(client.chunk()).isEqualTo("id: 1\ndata:\n\n");
            backend.send("data: " + LIST.substring(0, 40));
            backend.send(LIST.substring(40) + "\n\n");
            assertThat(client.chunk()).isEqualTo("data: " + LEFT + "\n\n");
            backend.end();
            assertThat(client.chunk()).isNull();
        }
    }

    @Test
    void aListInAResumedStreamIsFiltered() {
        try (RawClient client = staff.get("Last-Event-ID: 7")) {
            RawBackend.Request backend = system.backend().next().openEvents();
            backend.send("data: " + LIST + "\n\n");
            assertThat(client.chunk()).isEqualTo("data: " + LEFT + "\n\n");
            backend.end();
        }
    }

    @Test
    void aCompressedListIsRefused() {
        try (RawClient client = staff.post(LISTING)) {
            system.backend().next().answer("200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip", "xyz");
            assertThat(client.status()).isEqualTo(502);
            assertThat(client.body()).contains("\"id\":1,\"error\"");
        }
    }

    @Test
    void aForbiddenCallNeverReachesTheBackendAndIsAudited() {
        try (RawClient client = staff.post(DELETING)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.body()).startsWith("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32600,");
        }
        assertPasses(admin, DELETING);
        system.proxy()
                .awaitConsole(
                        "the audit of the refusal",
                        console -> console.contains("\"reason\":\"policy_forbids\"")
                                && console.contains("\"name\":\"delete_all\""));
    }

    @Test
    void aCallThatNeedsAScopeIsChallengedAndTheScopeIsOffered() {
        try (RawClient client = staff.post(call("write"))) {
            assertThat(client.status()).isEqualTo(403);
            assertThat(client.head())
                    .containsIgnoringCase("WWW-Authenticate: Bearer error=\"insufficient_scope\"")
                    .contains("scope=\"mcp files.write\"");
        }
        assertPasses(system.memberOf("staff", "mcp%20files.write"), call("write"));
        assertThat(get("/.well-known/oauth-protected-resource/mcp").text())
                .contains("\"scopes_supported\":[\"mcp\",\"files.write\"]");
        assertThat(get("/.well-known/oauth-authorization-server").text()).contains("\"files.write\"");
    }

    /** The whole trip of a client that was registered before it knew of the scope. */
    @Test
    void aClientThatIsChallengedAsksForTheScopeAndThePersonAllowsItAndTheCallPasses() {
        OAuthClient client = OAuthClient.publicClient(system.proxy());
        RelaySystem.Caller first = caller(client.signOn(MEMBER.login()));
        String scope = parameter(challenge(first, call("write"), 403), "scope");

        Map<String, String> asking = client.authorizationParameters();
        asking.put("scope", scope);
        Browser browser = new Browser();
        Page question = browser.follow(client.authorizationUri(asking), client.redirectUri());
        assertThat(question.text()).contains("files.write");
        URI denied = browser.follow(browser.submit(question, Map.of("decision", "deny")), client.redirectUri())
                .next()
                .orElseThrow();
        assertThat(OAuthClient.parameter(denied, "error")).isEqualTo("access_denied");
        challenge(first, call("write"), 403);

        assertPasses(caller(signOn(client, Map.of("scope", scope))), call("write"));
        challenge(first, call("write"), 403);
    }

    /** RFC 9470 2, as a client goes about it that knows that. */
    @Test
    void aClientThatIsChallengedHasThePersonSignOnAnewAndTheCallPasses() throws Exception {
        OAuthClient client = OAuthClient.publicClient(system.proxy());
        okta.faults().tokens(TokenFault.OLD_AUTHENTICATION);
        Answer tokens = client.signOn(MEMBER.login());
        okta.faults().clear();
        RelaySystem.Caller old = caller(tokens);

        String challenge = challenge(old, call("wipe"), 401);
        assertThat(challenge)
                .startsWith("Bearer error=\"insufficient_user_authentication\"")
                .contains("resource_metadata=\"" + system.proxy().at("/.well-known/oauth-protected-resource/mcp"))
                .doesNotContain("acr_values");
        assertThat(parameter(challenge, "max_age")).isEqualTo("300");
        system.proxy()
                .awaitConsole(
                        "the audit of the refusal",
                        console -> console.lines()
                                .anyMatch(line -> line.contains("\"reason\":\"authentication_insufficient\"")
                                        && line.contains("\"name\":\"wipe\"")
                                        && line.contains(MEMBER.id())));
        Answer refreshed = client.refresh(tokens.get("refresh_token"));
        assertThat(claim(refreshed, "auth_time")).isEqualTo(claim(tokens, "auth_time"));
        challenge(caller(refreshed), call("wipe"), 401);

        Answer anew = signOn(client, Map.of("max_age", "300", "scope", parameter(challenge, "scope")));
        assertPasses(caller(anew), call("wipe"));
        challenge(old, call("wipe"), 401);
        challenge(caller(anew), call("pay"), 401);
    }

    /** In the newer era, and with a stream as the answer. */
    @Test
    void aClientThatIsChallengedHasThePersonSignOnByAnotherClassAndTheCallPasses() throws Exception {
        OAuthClient client = OAuthClient.publicClient(system.proxy());
        RelaySystem.Caller plain = caller(client.signOn(MEMBER.login()));
        String challenge = challenge(plain, MODERN_PAYING, 401, MODERN);
        assertThat(parameter(challenge, "acr_values")).isEqualTo("phr phrh");

        Answer anew = signOn(client, Map.of("acr_values", parameter(challenge, "acr_values")));
        assertThat(claim(anew, "acr")).isEqualTo("phr");
        try (RawClient paying = caller(anew).post(MODERN_PAYING, MODERN)) {
            RawBackend.Request backend = system.backend().next().openEvents();
            backend.send("data: {}\n\n");
            assertThat(paying.chunk()).isEqualTo("data: {}\n\n");
            backend.end();
        }
        assertThat(get("/.well-known/oauth-authorization-server").text())
                .contains("\"acr_values_supported\":[\"phr\",\"phrh\"]");
        assertThat(get("/.well-known/openid-configuration").text())
                .contains("\"acr_values_supported\":[\"phr\",\"phrh\"]");
    }

    /** RFC 9470 5: the client hears at once that it is of no use to come again. */
    @Test
    void whereOktaDoesNotDoWhatIsAskedTheClientGetsNoTokenThatWouldBeRefusedAgain() {
        OAuthClient client = OAuthClient.publicClient(system.proxy());
        okta.faults().tokens(TokenFault.OTHER_CONTEXT_CLASS);
        Map<String, String> asking = client.authorizationParameters();
        asking.put("acr_values", "phr phrh");

        URI answer = new Browser().signOn(client.authorizationUri(asking), MEMBER.login(), client.redirectUri());
        okta.faults().clear();

        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("unmet_authentication_requirements");
        assertThat(OAuthClient.parameter(answer, "code")).isEmpty();
    }

    /** RFC 9470 4, at the endpoint where a device begins (RFC 8628 3.1). */
    @Test
    void aDeviceThatIsChallengedHasItsPersonSignOnAnewAndTheCallPasses() throws Exception {
        OAuthClient client = Device.register(system.proxy());
        okta.faults().tokens(TokenFault.OLD_AUTHENTICATION);
        RelaySystem.Caller old = caller(allowed(client, Map.of("scope", "mcp")));
        okta.faults().clear();
        String challenge = challenge(old, call("wipe"), 401);

        Answer anew = allowed(
                client, Map.of("scope", parameter(challenge, "scope"), "max_age", parameter(challenge, "max_age")));
        assertPasses(caller(anew), call("wipe"));

        String acrValues = parameter(challenge(caller(anew), call("pay"), 401), "acr_values");
        Answer stronger = allowed(client, Map.of("acr_values", acrValues));
        assertThat(claim(stronger, "acr")).isEqualTo("phr");
        assertPasses(caller(stronger), call("pay"));
    }

    /** The attack: to leave out on the way to Okta, or back, what the device demands. */
    @ParameterizedTest
    @CsvSource({
        "OLD_AUTHENTICATION, max_age, 300, sign on anew",
        "NO_AUTHENTICATION_TIME, max_age, 300, sign on anew",
        "OTHER_CONTEXT_CLASS, acr_values, phr phrh, in which Okta did not let you",
        "NO_CONTEXT_CLASS, acr_values, phr phrh, in which Okta did not let you"
    })
    void aDeviceIsDeniedWhereOktaDoesNotDoWhatIsAsked(TokenFault fault, String name, String demanded, String sentence) {
        Device device = Device.begun(system.proxy(), Device.register(system.proxy()), Map.of(name, demanded));
        okta.faults().tokens(fault);

        Page last = signOn(device);
        okta.faults().clear();

        assertThat(last.status()).isEqualTo(400);
        assertThat(last.text()).contains(sentence);
        for (int poll = 0; poll < 2; poll++) {
            Answer denied = device.poll();
            assertThat(denied.get("error")).isEqualTo("access_denied");
            assertThat(denied.json()).doesNotContainKey("access_token");
        }
    }

    private static Answer allowed(OAuthClient client, Map<String, String> parameters) {
        Device device = Device.begun(system.proxy(), client, parameters);
        assertThat(signOn(device).text()).contains("You can return to your device");
        return device.poll();
    }

    /** @return the page that is the last */
    private static Page signOn(Device device) {
        Browser browser = new Browser();
        URI nowhere = URI.create("http://nowhere.example/");
        Page login = browser.follow(browser.submit(device.question(browser), Map.of("decision", "allow")), nowhere);
        return browser.follow(
                browser.submit(login, Map.of("username", MEMBER.login(), "password", MEMBER.login())), nowhere);
    }

    /** Else no client would call it, and be told to sign on. */
    @Test
    void aListShowsWhatASignOnWouldOpen() {
        String list = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"wipe\"},{\"name\":\"pay\"}]}}";
        challenge(staff, call("wipe"), 401);
        try (RawClient client = staff.post(LISTING)) {
            system.backend().next().answer("200 OK\r\nContent-Type: application/json", list);
            assertThat(client.body()).isEqualTo(list);
        }
    }

    /** @return the challenge, of a call that did not reach the backend */
    private static String challenge(RelaySystem.Caller caller, String message, int status, String... headers) {
        try (RawClient client = caller.post(message, headers)) {
            assertThat(client.status()).isEqualTo(status);
            assertThat(system.backend().isIdle()).isTrue();
            Matcher challenge = CHALLENGE.matcher(client.head());
            assertThat(challenge.find()).isTrue();
            return challenge.group(1);
        }
    }

    private static String parameter(String challenge, String name) {
        Matcher parameter = Pattern.compile("[ ,]" + name + "=\"([^\"]*)\"").matcher(challenge);
        assertThat(parameter.find()).isTrue();
        return parameter.group(1);
    }

    /** In a new browser, by a request with these parameters. */
    private static Answer signOn(OAuthClient client, Map<String, String> parameters) {
        Map<String, String> asking = client.authorizationParameters();
        asking.putAll(parameters);
        URI answer = new Browser().signOn(client.authorizationUri(asking), MEMBER.login(), client.redirectUri());
        return client.redeem(OAuthClient.parameter(answer, "code"));
    }

    private static RelaySystem.Caller caller(Answer tokens) {
        return new RelaySystem.Caller(system, "", tokens.get("access_token"));
    }

    private static Object claim(Answer tokens, String name) throws ParseException {
        return SignedJWT.parse(tokens.get("access_token"))
                .getJWTClaimsSet()
                .toJSONObject()
                .get(name);
    }

    @Test
    void whoIsInNoEnteringGroupIsKeptOut() {
        RelaySystem.Caller guest = system.memberOf("guests");
        for (String method : new String[] {"GET", "POST", "DELETE"}) {
            try (RawClient client = guest.send(method, method.equals("POST") ? LISTING : "")) {
                assertThat(client.status()).as(method).isEqualTo(403);
                assertThat(client.body()).contains("You are in none of the groups");
            }
        }
    }

    @Test
    void aChangeIsInForceSoonAndABadFileKeepsTheLastGoodOne() throws IOException {
        putInForce(POLICY.replace("delete_*", "remove_*"));
        assertPasses(staff, DELETING);

        replace(POLICY + "mcp.tools.read.scopes=files.read\nothers.groups=a\n");
        awaitComplaint("others.groups must begin with the name of a backend");
        assertThat(get("/health/ready").text()).contains("\"policy\":\"degraded\"");
        assertPasses(staff, DELETING);

        putInForce(POLICY);
        assertThat(get("/health/ready").text()).contains("\"policy\":\"well\"");
        assertForbidden(staff, DELETING);
    }

    /** The attack: a disk that is full while the file is saved in place. */
    @Test
    void aFileThatHasBecomeEmptyOpensNothing() throws IOException {
        Files.writeString(file, "");
        awaitComplaint("The file has no rule.");
        assertForbidden(staff, DELETING);
    }

    /** A stream may be open for a day. */
    @Test
    void whatIsTakenOutOfAnOpenStreamIsDecidedByThePolicyThatIsInForce() throws IOException {
        String event = "data: " + LIST + "\n\n";
        try (RawClient client = staff.get()) {
            RawBackend.Request backend = system.backend().next().openEvents();
            putInForce(POLICY.replace("delete_*", "remove_*"));
            backend.send(event);
            assertThat(nextOf(client)).isEqualTo(event);
            putInForce("mcp.groups=staff,admins");
            backend.send(event);
            assertThat(nextOf(client)).isEqualTo(event);
            backend.end();
        }
        try (RawClient client = staff.get()) {
            RawBackend.Request backend = system.backend().next().openEvents();
            backend.send(event);
            assertThat(nextOf(client)).isEqualTo(event);
            putInForce(POLICY);
            assertThat(nextOf(client)).as("unfiltered from here on").isNull();
            assertThat(backend.isGivenUpWithin(10_000)).isTrue();
        }
    }

    /** The next piece that is no heartbeat. */
    private static String nextOf(RawClient client) {
        String next = client.chunk();
        return ":\n".equals(next) ? nextOf(client) : next;
    }

    /** The console shows no more than what is wrong. */
    private static void putInForce(String policy) throws IOException {
        int before = timesInForce();
        replace(policy);
        Waiting.until("a changed policy", Duration.ofSeconds(60), () -> timesInForce() > before);
    }

    private static int timesInForce() {
        return system.proxy().allLogs().split("is in force as it is now", -1).length;
    }

    private static void awaitComplaint(String problem) {
        system.proxy()
                .awaitConsole(
                        "the complaint",
                        console -> console.contains("the last good one holds on") && console.contains(problem));
    }

    /** As operators are told to. */
    private static void replace(String policy) throws IOException {
        Path next = Files.writeString(folder.resolve("next.properties"), policy);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void assertForbidden(RelaySystem.Caller caller, String message) {
        try (RawClient client = caller.post(message)) {
            assertThat(client.body()).contains("You may not use this");
        }
    }

    private static void assertPasses(RelaySystem.Caller caller, String message) {
        try (RawClient client = caller.post(message)) {
            system.backend().next().answer("200 OK\r\nContent-Type: application/json", "{\"done\":true}");
            assertThat(client.body()).isEqualTo("{\"done\":true}");
        }
    }

    private static String call(String tool) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool + "\"}}";
    }

    private static Answer get(String path) {
        return OAuthClient.send(HttpRequest.newBuilder(system.proxy().at(path)));
    }
}
