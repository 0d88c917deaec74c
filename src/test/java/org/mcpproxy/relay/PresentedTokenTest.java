package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

class PresentedTokenTest {

    @Test
    void theTokenIsFoundInTheAuthorizationHeader() {
        assertThat(PresentedToken.find(List.of("bearer  a.b-c_d"), "x=y").value())
                .isEqualTo("a.b-c_d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"access_token=a", "x=y&access_token=a", "x=y;access_token=a", "access%5Ftoken=a", "Access_Token"
            })
    void aTokenInTheQueryIsRefusedEvenBesideOneInTheHeader(String query) {
        assertThat(refusal(List.of("Bearer a"), query)).isEqualTo(Reason.TOKEN_IN_QUERY);
    }

    @Test
    void severalAuthorizationHeadersAreRefused() {
        assertThat(refusal(List.of("Bearer a", "Bearer a"), null)).isEqualTo(Reason.MALFORMED_REQUEST);
    }

    @Test
    void noTokenAndOtherSchemesAreMissingTokens() {
        assertThat(refusal(List.of(), null)).isEqualTo(Reason.TOKEN_MISSING);
        assertThat(refusal(List.of("Basic YTpi"), null)).isEqualTo(Reason.TOKEN_MISSING);
        assertThat(refusal(List.of("Bearerx a"), null)).isEqualTo(Reason.TOKEN_MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer a\tb", "Bearer é"})
    void whatIsNoTokenIsMalformed(String authorization) {
        assertThat(refusal(List.of(authorization), null)).isEqualTo(Reason.TOKEN_MALFORMED);
    }

    @Test
    void aTokenOfBoundlessLengthIsMalformed() {
        assertThat(refusal(List.of("Bearer " + "a".repeat(9000)), null)).isEqualTo(Reason.TOKEN_MALFORMED);
    }

    private static Reason refusal(List<String> authorizations, String query) {
        return catchThrowableOfType(Rejection.class, () -> PresentedToken.find(authorizations, query))
                .reason();
    }
}
