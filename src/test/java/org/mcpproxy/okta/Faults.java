package org.mcpproxy.okta;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The faults that are switched on now. */
public final class Faults {

    private record Switched(Fault fault, int remaining) {}

    private final Map<Endpoint, Switched> endpoints = new EnumMap<>(Endpoint.class);
    private final Set<TokenFault> tokens = EnumSet.noneOf(TokenFault.class);
    private Duration skew = Duration.ZERO;

    /** Every call to the endpoint fails, until {@link #clear()}. */
    public <F extends Fault> F on(Endpoint endpoint, F fault) {
        return times(Integer.MAX_VALUE, endpoint, fault);
    }

    /** The next calls to the endpoint fail, as many as are given. */
    public synchronized <F extends Fault> F times(int calls, Endpoint endpoint, F fault) {
        endpoints.put(endpoint, new Switched(fault, calls));
        return fault;
    }

    public <F extends Fault> F once(Endpoint endpoint, F fault) {
        return times(1, endpoint, fault);
    }

    /** Tokens that are issued from now on have these faults. */
    public synchronized void tokens(TokenFault... faults) {
        tokens.clear();
        tokens.addAll(List.of(faults));
    }

    /** The org's clock is ahead of ours, or behind where negative, in all tokens issued from now on. */
    public synchronized void clockSkew(Duration ahead) {
        skew = ahead;
    }

    public synchronized void clear() {
        endpoints.values().forEach(switched -> {
            if (switched.fault() instanceof Fault.Slow slow) {
                slow.release();
            }
        });
        endpoints.clear();
        tokens.clear();
        skew = Duration.ZERO;
    }

    synchronized Optional<Fault> take(Endpoint endpoint) {
        Switched switched = endpoint == null ? null : endpoints.get(endpoint);
        if (switched == null) {
            return Optional.empty();
        }
        if (switched.remaining() == 1) {
            endpoints.remove(endpoint);
        } else {
            endpoints.put(endpoint, new Switched(switched.fault(), switched.remaining() - 1));
        }
        return Optional.of(switched.fault());
    }

    synchronized boolean has(TokenFault fault) {
        return tokens.contains(fault);
    }

    synchronized Duration clockSkew() {
        return skew;
    }
}
