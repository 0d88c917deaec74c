package org.mcpproxy.cluster;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What goes on while the test goes on. */
final class Meanwhile {

    private Meanwhile() {}

    /** In a thread of its own: those of the common pool are as few as the machine's cores. */
    static <T> CompletableFuture<T> doing(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, task -> new Thread(task).start());
    }
}
