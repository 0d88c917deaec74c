package org.mcpproxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Exposition;

class MetersTest {

    private final Meters meters = new Meters();

    @Test
    void aCounterIsWrittenUnderOurNameWithItsLabels() {
        Counter counter = meters.counter("things_total", "Things.", "kind");
        counter.labelValues("one").inc();
        counter.labelValues("one").inc();

        assertThat(text())
                .isEqualTo("# HELP mcp_proxy_things_total Things.\n# TYPE mcp_proxy_things_total counter\n"
                        + "mcp_proxy_things_total{kind=\"one\"} 2.0\n");
    }

    @Test
    void aHistogramHasItsBucketsAndNoOthers() {
        Histogram histogram = meters.histogram("work_seconds", "Work.", new double[] {0.1, 1});
        histogram.observe(0.1);
        histogram.observe(0.5);
        histogram.observe(7);

        Exposition read = Exposition.of(meters);

        assertThat(read.values())
                .containsEntry("mcp_proxy_work_seconds_bucket{le=\"0.1\"}", 1.0)
                .containsEntry("mcp_proxy_work_seconds_bucket{le=\"1.0\"}", 2.0)
                .containsEntry("mcp_proxy_work_seconds_bucket{le=\"+Inf\"}", 3.0)
                .containsEntry("mcp_proxy_work_seconds_count", 3.0)
                .containsEntry("mcp_proxy_work_seconds_sum", 7.6)
                .hasSize(5);
    }

    @Test
    void aGaugeIsReadWhenItIsAskedFor() {
        int[] value = {1};
        meters.gauge("level", "Level.", () -> value[0]);
        meters.gauges("levels", "Levels.", "of", reading -> reading.of("a", value[0] * 2));
        value[0] = 5;

        Exposition read = Exposition.of(meters);

        assertThat(read.value("mcp_proxy_level")).isEqualTo(5);
        assertThat(read.value("mcp_proxy_levels{of=\"a\"}")).isEqualTo(10);
    }

    @Test
    void whatTheJvmTellsIsWellFormed() {
        meters.describeJvm();

        Exposition read = Exposition.of(meters);

        assertThat(read.series())
                .contains(
                        "jvm_memory_used_bytes{area=\"heap\"}",
                        "jvm_threads_current",
                        "process_cpu_seconds_total",
                        "process_start_time_seconds")
                .anyMatch(series -> series.startsWith("jvm_gc_collection_seconds_sum{gc="));
    }

    /** The reader of these tests. */
    @Test
    void whatIsNotWellFormedIsNotRead() {
        String head = "# HELP a_total A.\n# TYPE a_total counter\n";
        assertThat(Exposition.of(head + "a_total 1.0\n").value("a_total")).isEqualTo(1);
        for (String bad : new String[] {
            head + "a_total 1.0",
            head + "b_total 1.0\n",
            head + "a_total one\n",
            head + "a_total 1.0\na_total 1.0\n",
            head + "a_total{x=\"\"\"} 1.0\n",
            head + "a_total{x=y} 1.0\n",
            head + head + "a_total 1.0\n",
            "a_total 1.0\n",
            "# TYPE a_total counter\na_total 1.0\n",
            "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\na_count 1\na_sum 1.0\n",
            "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1.0\"} 1\na_count 1\na_sum 1.0\n"
        }) {
            assertThatThrownBy(() -> Exposition.of(bad))
                    .as(bad)
                    .isInstanceOfAny(AssertionError.class, NumberFormatException.class);
        }
    }

    private String text() {
        return new String(meters.text(), StandardCharsets.UTF_8);
    }
}
