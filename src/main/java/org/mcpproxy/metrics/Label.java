package org.mcpproxy.metrics;

import java.util.Locale;

/**
 * The values of labels. Only what the program itself or its settings name may become one: each makes a series that the
 * node keeps for as long as it runs.
 */
public final class Label {

    private Label() {}

    /** As the audit writes it. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
