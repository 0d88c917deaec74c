package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationEventTest {

    private static final AuthenticationEvent EVENT = new AuthenticationEvent(
            Optional.of(Instant.ofEpochSecond(1_700_000_000)), Optional.of("urn:okta:loa:2fa:any"));

    @Test
    void whatIsSaidIsRead() {
        assertThat(EVENT.claims()).isEqualTo(Map.of("auth_time", 1_700_000_000L, "acr", "urn:okta:loa:2fa:any"));
        assertThat(AuthenticationEvent.of(EVENT.claims())).isEqualTo(EVENT);
        assertThat(AuthenticationEvent.UNKNOWN.claims()).isEmpty();
    }

    /** A class of two words would be taken for two of a list. */
    @ParameterizedTest
    @ValueSource(strings = {"", "phr phrh", "a\"b", "a\\b", "é", "a\u0000"})
    void aClassThatNoListCouldNameIsNone(String name) {
        assertThat(AuthenticationEvent.of(Map.of("acr", name))).isEqualTo(AuthenticationEvent.UNKNOWN);
    }

    @Test
    void whatIsSaidInAnotherWayIsNotSaid() {
        Map<String, Object> none = new HashMap<>();
        none.put("auth_time", null);
        none.put("acr", null);
        assertThat(AuthenticationEvent.of(none)).isEqualTo(AuthenticationEvent.UNKNOWN);
        for (Object time : new Object[] {"1700000000", -1, Long.MAX_VALUE, true}) {
            assertThat(AuthenticationEvent.of(Map.of("auth_time", time, "acr", 7)))
                    .isEqualTo(AuthenticationEvent.UNKNOWN);
        }
        assertThat(AuthenticationEvent.of(Map.of("acr", "c".repeat(201)))).isEqualTo(AuthenticationEvent.UNKNOWN);
    }
}
