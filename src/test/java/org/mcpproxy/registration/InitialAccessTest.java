package org.mcpproxy.registration;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.RegistrationSettings;
import org.mcpproxy.config.RegistrationSettings.Access;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.FailedAuthentications;

class InitialAccessTest {

    private static final String ONE = "0123456789abcdef0123456789abcdef";
    private static final String TWO = "fedcba9876543210fedcba9876543210";

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"Bearer " + ONE, "Bearer anything", "Basic YTpi"})
    void whereItIsOpenNobodyIsAskedForAToken(String authorization) {
        assertThatCode(() -> with(Access.OPEN).require(authorization, Samples.TRAIL))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer " + ONE, "Bearer " + TWO, "bearer " + TWO})
    void eachOfTheTokensIsAccepted(String authorization) {
        assertThatCode(() -> with(Access.TOKEN, ONE, TWO).require(authorization, Samples.TRAIL))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"Bearer", "Bearer ", "Basic YTpi", ONE, "Token " + ONE})
    void withoutABearerTokenNobodyGetsIn(String authorization) {
        assertRefused(
                Reason.INITIAL_TOKEN_MISSING, () -> with(Access.TOKEN, ONE, TWO).require(authorization, Samples.TRAIL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer wrong",
                "Bearer " + ONE + "x",
                "Bearer x" + ONE,
                "Bearer " + ONE + "," + TWO,
                "Bearer 0123456789ABCDEF0123456789ABCDEF"
            })
    void withAnotherTokenNobodyGetsIn(String authorization) {
        assertRefused(
                Reason.INITIAL_TOKEN_WRONG, () -> with(Access.TOKEN, ONE, TWO).require(authorization, Samples.TRAIL));
    }

    @Test
    void whoeverTriesTooManyTokensIsToldNothingMore() {
        InitialAccess access = with(Access.TOKEN, ONE);
        int times = Samples.settings().addressLimits().failedAuthentications();

        for (int i = 0; i < times; i++) {
            assertRefused(Reason.INITIAL_TOKEN_WRONG, () -> access.require("Bearer wrong", Samples.TRAIL));
        }

        assertRefused(Reason.TOO_MANY_REQUESTS, () -> access.require("Bearer wrong", Samples.TRAIL));
    }

    @Test
    void whereItIsClosedNoTokenOpens() {
        assertRefused(
                Reason.REGISTRATION_CLOSED, () -> with(Access.CLOSED, ONE).require("Bearer " + ONE, Samples.TRAIL));
        assertRefused(Reason.REGISTRATION_CLOSED, () -> with(Access.CLOSED).require(null, Samples.TRAIL));
    }

    private static InitialAccess with(Access access, String... tokens) {
        List<Secret> secrets = List.of(tokens).stream().map(Secret::new).toList();
        Settings settings = Samples.settings(new RegistrationSettings(access, secrets, Set.of(), 10));
        return new InitialAccess(settings, new BearerGate(new FailedAuthentications(settings, new SettableClock())));
    }
}
