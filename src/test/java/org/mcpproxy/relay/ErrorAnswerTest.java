package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.RequiredSignOn;

class ErrorAnswerTest {

    private static final String METADATA = "https://mcp.example/.well-known/oauth-protected-resource/mcp";
    private static final McpEndpoint MCP = Endpoints.standard(Samples.settings("https://mcp.example"));
    private static final Optional<RequestId> ID = Optional.of(new RequestId("\"a\""));

    @Test
    void aMissingTokenIsChallengedWithoutAnError() {
        assertThat(challenge(Reason.TOKEN_MISSING))
                .isEqualTo("Bearer resource_metadata=\"" + METADATA + "\", scope=\"mcp\"");
        assertThat(answer(Reason.TOKEN_MISSING).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "TOKEN_MALFORMED",
                "TOKEN_SIGNATURE_WRONG",
                "TOKEN_EXPIRED",
                "TOKEN_ISSUER_WRONG",
                "TOKEN_AUDIENCE_WRONG",
                "TOKEN_OF_PROXY",
                "TOKEN_REVOKED"
            })
    void aBadTokenIsNamedInvalid(Reason reason) {
        assertThat(answer(reason).status()).isEqualTo(401);
        assertThat(challenge(reason)).contains("error=\"invalid_token\"", "resource_metadata=\"" + METADATA);
        assertThat(text(reason)).contains("\"error\":\"invalid_token\"");
    }

    @Test
    void tooLittleScopeNamesAllThatIsNeeded() {
        assertThat(answer(Reason.SCOPE_INSUFFICIENT).status()).isEqualTo(403);
        assertThat(challenge(Reason.SCOPE_INSUFFICIENT))
                .contains("error=\"insufficient_scope\"", "scope=\"mcp\"", "resource_metadata=");
    }

    @Test
    void anEndpointWithoutScopesOfOursNamesNone() {
        McpEndpoint okta = McpEndpoint.forOktaTokens("/okta/mcp", MCP.backend(), Samples.settings());
        assertThat(Challenge.of(Reason.TOKEN_MISSING, okta, okta.scope(), RequiredSignOn.ANY))
                .doesNotContain("scope");
    }

    @Test
    void aFailureOfTheBackendIsAJsonRpcErrorWithTheRequestsId() {
        assertThat(text(Reason.BACKEND_TIMEOUT))
                .startsWith("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32603,\"message\":");
        assertThat(answer(Reason.BACKEND_TIMEOUT).status()).isEqualTo(504);
        assertThat(answer(Reason.BACKEND_UNAVAILABLE).status()).isEqualTo(502);
        assertThat(answer(Reason.BACKEND_TIMEOUT).headers()).noneMatch(header -> header.is("WWW-Authenticate"));
    }

    @Test
    void anUnknownIdIsLeftOut() {
        assertThat(new String(JsonRpcError.body(Reason.MESSAGE_NOT_JSON, Optional.empty()), StandardCharsets.UTF_8))
                .startsWith("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,");
    }

    @ParameterizedTest
    @EnumSource
    void onlyAHeaderMismatchHasACodeOfTheSpecificationsOwnRange(Reason reason) {
        int code = JsonRpcError.code(reason);
        if (reason == Reason.HEADER_MISMATCH) {
            assertThat(code).isEqualTo(-32020);
        } else {
            assertThat(code).isIn(-32700, -32600, -32603);
        }
    }

    @Test
    void aRefusalForATimeSaysForHowLong() {
        ErrorAnswer answer =
                ErrorAnswer.of(Rejection.until(Reason.SERVER_FULL, Duration.ofSeconds(5)), MCP, Optional.empty());
        assertThat(answer.headers()).contains(new Header("Retry-After", "5"));
        assertThat(answer.status()).isEqualTo(503);
    }

    private static ErrorAnswer answer(Reason reason) {
        return ErrorAnswer.of(Rejection.of(reason), MCP, ID);
    }

    private static String text(Reason reason) {
        return new String(answer(reason).body(), StandardCharsets.UTF_8);
    }

    private static String challenge(Reason reason) {
        return Header.values(answer(reason).headers(), "WWW-Authenticate").get(0);
    }
}
