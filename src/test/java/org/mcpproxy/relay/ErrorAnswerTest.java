package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
                "OKTA_TOKEN_BOUND",
                "NODE_PASS_INVALID",
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

    /** RFC 9449 7.2: the scheme that was used has the error, and it comes first by which most clients go. */
    @Test
    void theSchemeThatWasUsedIsToldWhatIsWrong() {
        List<String> missing = challenges(Reason.TOKEN_MISSING);
        List<String> borne = challenges(Reason.TOKEN_SCHEME_WRONG, "Bearer a");
        List<String> proven = challenges(Reason.PROOF_NONCE_NEEDED, "DPoP a");

        assertThat(missing).hasSize(2).noneMatch(challenge -> challenge.contains("error"));
        assertThat(missing.get(0)).startsWith("Bearer ");
        assertThat(missing.get(1)).startsWith("DPoP algs=\"ES256 PS256 RS256\", resource_metadata=\"" + METADATA);
        assertThat(borne.get(0)).startsWith("Bearer error=\"invalid_token\"");
        assertThat(borne.get(1)).startsWith("DPoP ").doesNotContain("error");
        assertThat(proven.get(0)).startsWith("Bearer ").doesNotContain("error");
        assertThat(proven.get(1)).startsWith("DPoP ").contains("error=\"use_dpop_nonce\"");
    }

    /** RFC 9449 9: where the token endpoint answers 400. */
    @ParameterizedTest
    @EnumSource(names = {"PROOF_MISSING", "PROOF_MALFORMED", "PROOF_REPLAYED", "PROOF_NONCE_NEEDED"})
    void aBadProofIsUnauthorized(Reason reason) {
        assertThat(answer(reason).status()).isEqualTo(401);
        assertThat(reason.status()).isEqualTo(400);
    }

    @Test
    void anEndpointWithoutScopesOfOursNamesNone() {
        McpEndpoint okta = McpEndpoint.forOktaTokens("/okta/mcp", MCP.backend(), Samples.settings());
        assertThat(Challenge.of(Reason.TOKEN_MISSING, okta, okta.scope(), RequiredSignOn.ANY, false))
                .singleElement(STRING)
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
        ErrorAnswer answer = ErrorAnswer.of(
                Rejection.until(Reason.SERVER_FULL, Duration.ofSeconds(5)), MCP, Optional.empty(), List.of());
        assertThat(answer.headers()).contains(new Header("Retry-After", "5"));
        assertThat(answer.status()).isEqualTo(503);
    }

    private static ErrorAnswer answer(Reason reason) {
        return ErrorAnswer.of(Rejection.of(reason), MCP, ID, List.of());
    }

    private static String text(Reason reason) {
        return new String(answer(reason).body(), StandardCharsets.UTF_8);
    }

    private static List<String> challenges(Reason reason, String... authorizations) {
        List<Header> request = Stream.of(authorizations)
                .map(sent -> new Header("Authorization", sent))
                .toList();
        return Header.values(
                ErrorAnswer.of(Rejection.of(reason), MCP, ID, request).headers(), "WWW-Authenticate");
    }

    private static String challenge(Reason reason) {
        return Header.values(answer(reason).headers(), "WWW-Authenticate").get(0);
    }
}
