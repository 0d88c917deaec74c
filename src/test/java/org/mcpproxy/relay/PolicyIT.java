package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Waiting;

/** A proxy with a policy, in front of a backend that has more than its users may use. */
class PolicyIT {

    private static final String POLICY = """
            mcp.groups=staff,admins
            mcp.tools.default=allow
            mcp.tools.delete_*.groups=admins
            mcp.tools.write.scopes=files.write
            """;
    private static final String LIST =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"delete_all\"},{\"name\":\"read\"}],"
                    + "\"nextCursor\":\"c\"}}";
    private static final String LEFT =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"read\"}],\"nextCursor\":\"c\"}}";
    private static final String LISTING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
    private static final String DELETING = call("delete_all");

    @TempDir
    private static Path folder;

    private static Path file;
    private static RelaySystem system;

    private RelaySystem.Caller staff;
    private RelaySystem.Caller admin;

    @BeforeAll
    static void start() throws IOException {
        file = Files.writeString(folder.resolve("policy.properties"), POLICY);
        system = RelaySystem.start("POLICY_FILE", file.toString());
    }

    @AfterAll
    static void stop() throws IOException {
        if (system != null) {
            system.close();
        }
    }

    @BeforeEach
    void comeIn() {
        staff = system.memberOf("staff");
        admin = system.memberOf("admins");
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
        Files.writeString(file, POLICY.replace("delete_*", "remove_*"));
        awaitInForce(1);
        assertPasses(staff, DELETING);

        Files.writeString(file, POLICY + "mcp.tools.read.scopes=files.read\nothers.groups=a\n");
        system.proxy().awaitConsole("the complaint", console -> console.contains("the last good one holds on"));
        assertThat(system.proxy().console()).contains("others.groups must begin with the name of a backend");
        assertThat(get("/health/ready").text()).contains("\"policy\":\"degraded\"");
        assertPasses(staff, DELETING);

        Files.writeString(file, POLICY);
        awaitInForce(2);
        assertThat(get("/health/ready").text()).contains("\"policy\":\"well\"");
        try (RawClient client = staff.post(DELETING)) {
            assertThat(client.body()).contains("You may not use this");
        }
    }

    /** The console shows no more than what is wrong. */
    private static void awaitInForce(int times) {
        Waiting.until(
                "a changed policy",
                Duration.ofSeconds(60),
                () -> system.proxy().allLogs().split("is in force as it is now", -1).length == times + 1);
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
