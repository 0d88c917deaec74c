package org.mcpproxy.relay;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.mcpproxy.metrics.Label;
import org.mcpproxy.oauth.Reason;

/**
 * Counts and times the requests to one backend. What each request needs is looked up at the start: a request of a client
 * finds no new series and takes no lock.
 */
final class RelayMeter {

    /** How a request came out. */
    private enum Outcome {
        SUCCESS,
        /** The backend answered 4xx. */
        CLIENT_ERROR,
        /** The backend answered 5xx. */
        SERVER_ERROR,
        /** The client left before the answer. */
        CANCELLED,
        /** There was no answer of the backend, or none that may be passed on. */
        FAILED;

        static Outcome of(int status) {
            if (status < 400) {
                return SUCCESS;
            }
            return status < 500 ? CLIENT_ERROR : SERVER_ERROR;
        }
    }

    /** Methods that are told apart. Whatever else clients send is one. */
    private enum Method {
        INITIALIZE("initialize"),
        LIST_TOOLS("tools/list"),
        CALL_TOOL("tools/call"),
        READ_RESOURCE("resources/read"),
        GET_PROMPT("prompts/get"),
        LISTEN("GET"),
        END_SESSION("DELETE"),
        OTHER("other");

        /** Those of HTTP, whose requests have no message; a message's own may be called the same. */
        private static final Map<String, Method> OF_HTTP = byName(LISTEN, END_SESSION);

        private static final Map<String, Method> OF_MESSAGE =
                byName(INITIALIZE, LIST_TOOLS, CALL_TOOL, READ_RESOURCE, GET_PROMPT);

        private final String named;

        Method(String named) {
            this.named = named;
        }

        private static Map<String, Method> byName(Method... methods) {
            return Arrays.stream(methods)
                    .collect(Collectors.toUnmodifiableMap(method -> method.named, Function.identity()));
        }

        static Method of(RelayRequest request) {
            return request.message()
                    .map(message -> message.messages().size() > 1
                            ? OTHER
                            : OF_MESSAGE.getOrDefault(
                                    message.messages().get(0).method().orElse(OTHER.named), OTHER))
                    .orElseGet(() -> OF_HTTP.getOrDefault(request.httpMethod(), OTHER));
        }
    }

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final CounterDataPoint[][] requests = new CounterDataPoint[Method.values().length][Outcome.values().length];
    private final DistributionDataPoint heads;
    private final DistributionDataPoint wholes;
    private final Counter failures;
    private final String backend;

    RelayMeter(String backend, Families families) {
        this.backend = backend;
        for (Method method : Method.values()) {
            for (Outcome outcome : Outcome.values()) {
                requests[method.ordinal()][outcome.ordinal()] =
                        families.requests().labelValues(backend, method.named, Label.of(outcome));
            }
        }
        heads = families.heads().labelValues(backend);
        wholes = families.wholes().labelValues(backend);
        failures = families.failures();
    }

    /** Of all backends. */
    record Families(Counter requests, Counter failures, Histogram heads, Histogram wholes) {}

    /** The backend's answer has begun. */
    void answered(RelayRequest request, int status) {
        count(request, Outcome.of(status));
        heads.observe(secondsSince(request));
    }

    /** It is answered by us instead. */
    void failed(RelayRequest request, Reason why) {
        count(request, why == Reason.CLIENT_GONE ? Outcome.CANCELLED : Outcome.FAILED);
        failures.labelValues(backend, Label.of(why)).inc();
    }

    /** An answer ended before its time that had begun, and been counted as such. */
    void brokeOff(Reason why) {
        failures.labelValues(backend, Label.of(why)).inc();
    }

    /** It is over, in whatever way. */
    void ended(RelayRequest request) {
        wholes.observe(secondsSince(request));
    }

    private void count(RelayRequest request, Outcome outcome) {
        requests[Method.of(request).ordinal()][outcome.ordinal()].inc();
    }

    private static double secondsSince(RelayRequest request) {
        return (System.nanoTime() - request.since()) / NANOS;
    }
}
