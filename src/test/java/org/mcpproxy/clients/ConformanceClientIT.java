package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.clients.McpBackend.Kind.CONFORMANCE;
import static org.mcpproxy.clients.McpBackend.Kind.EVERYTHING;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mcpproxy.clients.Installations.Running;
import org.mcpproxy.system.OAuthClient;

/**
 * MCP's own conformance suite, once against a server and once through the proxy: each check must come out the same. What
 * counts is not that a server passes, but that nobody can tell the proxy from it.
 */
@ExtendWith(Installations.class)
class ConformanceClientIT {

    private static final String OLDER = "2025-11-25";
    private static final String NEWER = "2026-07-28";

    /** What the backends do by themselves, by their addresses and the revision: asked once. */
    private static final Map<String, Trip> DIRECT = new ConcurrentHashMap<>();

    /** What the proxy must refuse, and this server lets pass: each check's outcome through the proxy. */
    private static final Map<String, String> STRICTER_THAN_SERVER_EVERYTHING = Map.of(
            // a Host or Origin that is not ours is refused before the server sees it (MCP, Streamable HTTP, Security)
            "dns-rebinding-protection localhost-host-rebinding-rejected FAILURE",
            "dns-rebinding-protection localhost-host-rebinding-rejected SUCCESS",
            // a session that has ended belongs to nobody, so the proxy answers 404 itself, where this server says 400
            "server-session-lifecycle server-session-terminated-returns-404 FAILURE",
            "server-session-lifecycle server-session-terminated-returns-404 SUCCESS");

    @Test
    void theOlderRevisionIsTheSameThroughTheProxy(@Behind(CONFORMANCE) Running running) {
        List<String> direct = direct(running, OLDER);
        assertThat(passed(direct)).hasSizeGreaterThanOrEqualTo(84);
        assertThatThroughTheProxy(running, OLDER).containsExactlyElementsOf(direct);
    }

    /** The checks that fail are of the tasks extension, which the backend's SDK does not have. */
    @Test
    void theNewerRevisionIsTheSameThroughTheProxy(@Behind(CONFORMANCE) Running running) {
        List<String> direct = direct(running, NEWER);
        assertThat(passed(direct)).hasSizeGreaterThanOrEqualTo(167);
        assertThatThroughTheProxy(running, NEWER).containsExactlyElementsOf(direct);
    }

    /** It is built on the older SDK, and passes fewer checks; those that it fails must come out the same too. */
    @Test
    void serverEverythingIsTheSameThroughTheProxyButForWhatWeRefuse(@Behind(EVERYTHING) Running running) {
        List<String> direct = direct(running, OLDER);
        assertThat(passed(direct)).hasSizeGreaterThanOrEqualTo(47);
        assertThat(direct).containsAll(STRICTER_THAN_SERVER_EVERYTHING.keySet());
        assertThatThroughTheProxy(running, OLDER)
                .containsExactlyElementsOf(direct.stream()
                        .map(check -> STRICTER_THAN_SERVER_EVERYTHING.getOrDefault(check, check))
                        .toList());
    }

    /** The suite's exit code tells none of these, as only its list differs. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "GET, 2025-11-25, server-sse-polling server-sse-disconnect-resume SUCCESS",
        "last-event-id, 2025-11-25, server-sse-polling server-sse-disconnect-resume SUCCESS",
        "mcp-param-, 2026-07-28, http-custom-header-server-validation sep-2243-server-"
    })
    void whatAProxyMightLoseIsMissed(
            String loss, String revision, String missed, @Behind(CONFORMANCE) Running running) {
        Trip losing = suite(running.backend().url().toString(), revision, "any-token", loss);
        List<String> failed = new ArrayList<>(passed(direct(running, revision)));
        losing.steps().forEach(failed::remove);
        assertThat(failed).isNotEmpty().allMatch(check -> check.startsWith(missed));
    }

    private static List<String> direct(Running running, String revision) {
        String url = running.backend().url().toString();
        return DIRECT.computeIfAbsent(url + " " + revision, key -> suite(url, revision))
                .steps();
    }

    private static ListAssert<String> assertThatThroughTheProxy(Running running, String revision) {
        String token = OAuthClient.publicClient(running.installation().proxy())
                .signOn("alice")
                .get("access_token");
        Trip proxied = suite(running.installation().at("/mcp").toString(), revision, token);
        return assertThat(proxied.steps()).as(proxied.output());
    }

    /** Its steps are the checks: scenario, id and outcome, in the order of the scenarios. */
    private static Trip suite(String... arguments) {
        Trip trip = Trip.of("conformance.mjs", arguments);
        assertThat(trip.exitCode()).as(trip.output()).isZero();
        return trip;
    }

    private static List<String> passed(List<String> checks) {
        return checks.stream().filter(check -> check.endsWith(" SUCCESS")).toList();
    }
}
