package org.mcpproxy.relay.http1;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.mcpproxy.web.ServerThreads;

/** How many threads may wait for a short answer at a time, each with a buffer of its own, and for how long. */
final class Patience {

    /** Calls that take longer hold no thread. */
    static final Duration MOMENT = Duration.ofMillis(20);

    /**
     * A quarter of the threads that are awake, so that slow calls leave others theirs. With many calls at a time the loop, which
     * reads several answers at once, is the cheaper way.
     */
    private static final int MOST = ServerThreads.AWAKE / 4;

    private static final int SCRATCH = 64 * 1024;

    private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(MOST);

    Patience() {
        for (int i = 0; i < MOST; i++) {
            free.add(ByteBuffer.allocateDirect(SCRATCH));
        }
    }

    /** @return into which to read, or null where too many wait already */
    ByteBuffer begin() {
        return free.poll();
    }

    void end(ByteBuffer scratch) {
        free.add(scratch);
    }
}
