package org.mcpproxy.web;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.metrics.Measured;
import org.mcpproxy.metrics.Meters;

/** What readiness is made of, so that an alert can tell of a part that is lost while the node stays ready. */
@Singleton
public class ReadinessGauge implements Measured {

    private final Instance<ReadinessPart> parts;

    @Inject
    public ReadinessGauge(@Any Instance<ReadinessPart> parts) {
        this.parts = parts;
    }

    @Override
    public void describe(Meters meters) {
        meters.gauges(
                "part_well",
                "1 while this part of the node is well; 0 while it is loading, degraded or down.",
                "part",
                reading -> parts.forEach(
                        part -> reading.of(part.name(), part.state() == ReadinessPart.State.WELL ? 1 : 0)));
    }
}
