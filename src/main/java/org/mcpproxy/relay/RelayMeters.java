package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Meters;

/** One meter for each backend, by the name that the policy has for it. */
@Singleton
public class RelayMeters {

    /** In seconds. A tool may work for long. */
    private static final double[] TO_HEAD = {0.005, 0.025, 0.1, 0.5, 2.5, 10, 60};

    /** In seconds. An event stream may last for a day. */
    private static final double[] TO_END = {0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600, 3600};

    private final Map<String, RelayMeter> byBackend = new HashMap<>();

    @Inject
    public RelayMeters(Settings settings, Meters meters) {
        RelayMeter.Families families = new RelayMeter.Families(
                meters.counter(
                        "requests_total",
                        "MCP requests that were relayed, or failed on the way, by backend, method and outcome.",
                        "backend",
                        "method",
                        "outcome"),
                meters.counter(
                        "request_failures_total",
                        "MCP requests that the backend did not answer, or whose answer broke off, by reason.",
                        "backend",
                        "reason"),
                meters.histogram(
                        "request_first_byte_seconds", "Time until a backend's answer began.", TO_HEAD, "backend"),
                meters.histogram(
                        "request_duration_seconds",
                        "Time until a request was over, event streams among them.",
                        TO_END,
                        "backend"));
        Backends backends = settings.backends();
        backends.paths().stream()
                .map(path -> backends.at(path).orElseThrow().policyName())
                .forEach(name -> byBackend.computeIfAbsent(name, backend -> new RelayMeter(backend, families)));
    }

    RelayMeter of(Backend backend) {
        return byBackend.get(backend.policyName());
    }
}
