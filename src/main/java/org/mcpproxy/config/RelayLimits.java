package org.mcpproxy.config;

import java.time.Duration;

/**
 * The bounds of the relay: those of the whole node, or those of one backend ({@link Backend#limits}), whose counts hold beside
 * the node's and are counted at that backend alone.
 */
public record RelayLimits(Sizes sizes, Counts counts, Times times, Stdio stdio, LegacySse legacySse) {

    /** With the standard bounds of servers that speak no Streamable HTTP. */
    public RelayLimits(Sizes sizes, Counts counts, Times times) {
        this(sizes, counts, times, Stdio.standard(), LegacySse.standard());
    }

    /** Those that serve most. */
    public static RelayLimits standard() {
        return new RelayLimits(Sizes.standard(), Counts.standard(), Times.standard());
    }

    /** For a backend that has none of its own: the same sizes and times, and nothing counted at it alone. */
    public RelayLimits ofOneBackend() {
        return new RelayLimits(sizes, Counts.NONE, times, stdio.uncounted(), legacySse.uncounted());
    }

    /** The same, with these counts. */
    public RelayLimits with(Counts other) {
        return new RelayLimits(sizes, other, times, stdio, legacySse);
    }

    /** The same, with memory for one body of this many bytes in any case. */
    RelayLimits withRoomFor(int longest) {
        return new RelayLimits(sizes.withRoomFor(longest), counts, times, stdio, legacySse);
    }

    /**
     * In bytes.
     *
     * @param headers the names and values of a request's header fields together
     * @param body the longest request body
     * @param bodies all request bodies that are being read or relayed; the node's alone
     * @param bodiesOfUser those of one user; has room for the longest body
     */
    public record Sizes(int headers, int body, long bodies, long bodiesOfUser) {

        private static final int LONGEST_BODY = 4 * 1024 * 1024;
        private static final int PART_OF_HEAP = 8;
        private static final int PART_OF_USER = 4;

        static Sizes standard() {
            return of(32 * 1024, LONGEST_BODY);
        }

        /** What request bodies may hold together goes by the size of the heap. */
        static Sizes of(int headers, int body) {
            long bodies = Math.max(body, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
            return new Sizes(headers, body, bodies, Math.max(body, bodies / PART_OF_USER));
        }

        Sizes withRoomFor(int longest) {
            return new Sizes(headers, body, Math.max(bodies, longest), Math.max(bodiesOfUser, longest));
        }
    }

    /** The count of what is not counted. */
    public static final int UNCOUNTED = Integer.MAX_VALUE;

    /**
     * How many, on one node; {@link #UNCOUNTED} for what a backend has no bound of its own for.
     *
     * @param atOnce requests and streams under way, of all callers
     * @param atOnceOfUser those of one user
     * @param perMinute how many requests one user may send by one client; so many at once, too
     */
    public record Counts(int atOnce, int atOnceOfUser, int perMinute) {

        /** Nothing is counted. */
        public static final Counts NONE = new Counts(UNCOUNTED, UNCOUNTED, UNCOUNTED);

        static Counts standard() {
            return new Counts(20_000, 1_000, 12_000);
        }
    }

    /**
     * The processes of stdio servers, on one node.
     *
     * @param processes most at once
     * @param processesOfUser most of one user at once
     * @param line the longest line of a process, in bytes
     * @param idle how long a process may be unused before it is ended
     * @param backoff the longest wait before a process that keeps dying is started again
     */
    public record Stdio(int processes, int processesOfUser, int line, Duration idle, Duration backoff) {

        public static Stdio standard() {
            return new Stdio(100, 10, 4 * 1024 * 1024, Duration.ofMinutes(10), Duration.ofMinutes(1));
        }

        private Stdio uncounted() {
            return new Stdio(UNCOUNTED, UNCOUNTED, line, idle, backoff);
        }

        /** Whether there is a bound to the number of processes. */
        public boolean counts() {
            return processes != UNCOUNTED || processesOfUser != UNCOUNTED;
        }
    }

    /**
     * The sessions with servers over HTTP+SSE of MCP 2024-11-05, on one node.
     *
     * @param sessions most at once
     * @param sessionsOfUser most of one user at once
     * @param event the longest event of a server, in bytes
     * @param idle how long a session may be unused before it is ended
     */
    public record LegacySse(int sessions, int sessionsOfUser, int event, Duration idle) {

        public static LegacySse standard() {
            return new LegacySse(1000, 100, 4 * 1024 * 1024, Duration.ofMinutes(10));
        }

        private LegacySse uncounted() {
            return new LegacySse(UNCOUNTED, UNCOUNTED, event, idle);
        }

        /** Whether there is a bound to the number of sessions. */
        public boolean counts() {
            return sessions != UNCOUNTED || sessionsOfUser != UNCOUNTED;
        }
    }

    /**
     * For how long.
     *
     * @param body until the whole body of a request has come
     * @param connect until the backend has accepted a connection
     * @param firstByte until the backend has sent the head of its answer; a tool may work for long before it answers
     * @param heartbeat how long an event stream may be silent before a comment is sent
     * @param idle how long the backend may be silent within an answer
     * @param answer how long an answer may take in all
     */
    public record Times(
            Duration body, Duration connect, Duration firstByte, Duration heartbeat, Duration idle, Duration answer) {

        static Times standard() {
            return new Times(
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(15),
                    Duration.ofHours(1),
                    Duration.ofHours(24));
        }
    }
}
