package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** RFC 6750 2.2. */
    @Test
    void aFormMayHoldItWhereThatIsTaken() {
        assertThat(PresentedToken.findOfEither(List.of(), null, form("a.b-c_d"))
                        .token()
                        .value())
                .isEqualTo("a.b-c_d");
        assertThat(PresentedToken.findOfEither(List.of("Bearer a"), null, form(""))
                        .token()
                        .value())
                .isEqualTo("a");
    }

    /** RFC 6750 2: whichever of the two a log or a gate in front has judged, it could be the other. */
    @Test
    void twoWaysAtOnceAreRefused() {
        assertRefused(Reason.TOKEN_SENT_TWICE, () -> PresentedToken.findOfEither(List.of("Bearer a"), null, form("a")));
        assertRefused(Reason.TOKEN_IN_QUERY, () -> PresentedToken.findOfEither(List.of(), "access_token=a", form("a")));
        assertRefused(Reason.TOKEN_MISSING, () -> PresentedToken.findOfEither(List.of(), null, form("")));
    }

    @Test
    void whatIsNoTokenIsNoneInAFormEither() {
        assertRefused(Reason.TOKEN_MALFORMED, () -> PresentedToken.findOfEither(List.of(), null, form("a b")));
        assertRefused(
                Reason.TOKEN_MALFORMED, () -> PresentedToken.findOfEither(List.of(), null, form("a".repeat(8_193))));
    }

    /** RFC 9449 7.1. */
    @Test
    void aTokenWithAProofHasASchemeOfItsOwn() {
        assertThat(PresentedToken.findOfEither(List.of("dpop  a.b-c_d"), null))
                .isEqualTo(new PresentedToken.Sent(new Secret("a.b-c_d"), true));
        assertThat(PresentedToken.findOfEither(List.of("Bearer a"), null))
                .isEqualTo(new PresentedToken.Sent(new Secret("a"), false));
        assertThat(PresentedToken.findOfEither(List.of(), null, form("a")).proven())
                .isFalse();
        assertRefused(Reason.TOKEN_MISSING, () -> PresentedToken.findOfEither(List.of("DPoPx a"), null));
        assertRefused(Reason.TOKEN_MALFORMED, () -> PresentedToken.findOfEither(List.of("DPoP a b"), null));
        assertRefused(Reason.TOKEN_IN_QUERY, () -> PresentedToken.findOfEither(List.of("DPoP a"), "access_token=a"));
        assertRefused(Reason.MALFORMED_REQUEST, () -> PresentedToken.findOfEither(List.of("DPoP a", "Bearer a"), null));
    }

    /** Where bearer tokens alone are taken, one with a proof is none. */
    @Test
    void whereThereAreNoBoundTokensTheSchemeIsUnknown() {
        assertThat(refusal(List.of("DPoP a"), null)).isEqualTo(Reason.TOKEN_MISSING);
    }

    private static Parameters form(String token) {
        return new Parameters(Map.of("access_token", List.of(token)));
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
