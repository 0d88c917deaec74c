package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.enterprise.inject.Instance;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mcpproxy.web.ReadinessPart.State;

class NodeReadinessTest {

    @BeforeEach
    void begin() {
        HealthCheckResponse.setResponseProvider(Builder::new);
    }

    @AfterEach
    void end() {
        HealthCheckResponse.setResponseProvider(null);
    }

    @ParameterizedTest
    @EnumSource(names = {"WELL", "DEGRADED"})
    void aNodeWhoseEveryPartCanServeIsReady(State state) {
        assertThat(node(state).getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }

    @ParameterizedTest
    @EnumSource(names = {"LOADING", "DOWN"})
    void aNodeIsNotReadyWhereAnyPartCannotServe(State state) {
        assertThat(node(state).getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    }

    @Test
    void eachPartIsShown() {
        assertThat(node(State.DOWN).getData().orElseThrow())
                .containsExactlyInAnyOrderEntriesOf(Map.of("okta", "well", "store", "down"));
    }

    private static HealthCheckResponse node(State store) {
        List<ReadinessPart> parts = List.of(new Part("store", store), new Part("okta", State.WELL));
        return new NodeReadiness(instance(parts)).call();
    }

    @SuppressWarnings("unchecked")
    private static Instance<ReadinessPart> instance(List<ReadinessPart> parts) {
        return (Instance<ReadinessPart>) Proxy.newProxyInstance(
                Instance.class.getClassLoader(),
                new Class<?>[] {Instance.class},
                (proxy, method, arguments) -> parts.iterator());
    }

    private record Part(String name, State state) implements ReadinessPart {}

    private static final class Builder extends HealthCheckResponseBuilder {

        private final Map<String, Object> data = new HashMap<>();
        private String name;
        private boolean up;

        @Override
        public HealthCheckResponseBuilder name(String given) {
            name = given;
            return this;
        }

        @Override
        public HealthCheckResponseBuilder withData(String key, String value) {
            data.put(key, value);
            return this;
        }

        @Override
        public HealthCheckResponseBuilder withData(String key, long value) {
            data.put(key, value);
            return this;
        }

        @Override
        public HealthCheckResponseBuilder withData(String key, boolean value) {
            data.put(key, value);
            return this;
        }

        @Override
        public HealthCheckResponseBuilder up() {
            return status(true);
        }

        @Override
        public HealthCheckResponseBuilder down() {
            return status(false);
        }

        @Override
        public HealthCheckResponseBuilder status(boolean given) {
            up = given;
            return this;
        }

        @Override
        public HealthCheckResponse build() {
            return new HealthCheckResponse(
                    name, up ? HealthCheckResponse.Status.UP : HealthCheckResponse.Status.DOWN, Optional.of(data));
        }
    }
}
