package org.mcpproxy.bench;

import java.io.IOException;
import java.util.List;

/** Which cores processes run on: the first is the thing's that is measured, the others are for all else. */
final class Cores {

    private static final int ALL = Runtime.getRuntime().availableProcessors();

    private static final int ATTEMPTS = 10;

    private Cores() {}

    /** Whatever this process starts from now on runs on the first core alone. */
    static void first() throws IOException, InterruptedException {
        pin("0");
    }

    /** This process, and what it starts from now on, keeps off the first core. */
    static void others() throws IOException, InterruptedException {
        pin(ALL > 1 ? "1-" + (ALL - 1) : "0");
    }

    /** Again where a thread ended meanwhile, which taskset takes for a failure. */
    private static void pin(String cores) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (isPinned(cores)) {
                return;
            }
        }
        throw new IllegalStateException("taskset could not choose the cores " + cores);
    }

    private static boolean isPinned(String cores) throws IOException, InterruptedException {
        Process taskset = new ProcessBuilder(List.of(
                        "taskset",
                        "-apc",
                        cores,
                        Long.toString(ProcessHandle.current().pid())))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return taskset.waitFor() == 0;
    }
}
