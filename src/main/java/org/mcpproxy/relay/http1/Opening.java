package org.mcpproxy.relay.http1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.mcpproxy.oauth.Reason;

/**
 * A connection that is being opened for one call, to whichever address of its host takes it first. They are tried in the
 * order of the system: the next at once where one refuses, and beside the last where that stays silent (RFC 8305 5). So one
 * that swallows what it is sent costs a moment, and no address is given up before the time of the call is over. Not one
 * byte is written before it is known which it is. In the loop alone.
 */
final class Opening {

    /** How long the last address is waited for alone (RFC 8305 8, Connection Attempt Delay); looked at with each tick. */
    private static final Duration ALONE = Duration.ofMillis(250);

    private final Http1Call call;
    private final Origin origin;
    private final Queue<InetAddress> left;
    private final Set<Connection> trying = new HashSet<>();
    private long since;

    Opening(Http1Call call, Origin origin, List<InetAddress> addresses) {
        this.call = call;
        this.origin = origin;
        this.left = new ArrayDeque<>(addresses);
    }

    void begin() {
        next(null);
    }

    /** The last address may have been silent for too long. */
    void tick() {
        if (System.nanoTime() - since > ALONE.toNanos() && !left.isEmpty()) {
            next(null);
        }
    }

    void close() {
        left.clear();
        trying.forEach(Connection::close);
        trying.clear();
    }

    /** @param failure of the one before, where it failed */
    private void next(Exception failure) {
        Exception last = failure;
        while (!left.isEmpty()) {
            last = tryOut(left.poll());
            if (last == null) {
                return;
            }
        }
        if (trying.isEmpty()) {
            call.fail(Reason.BACKEND_UNAVAILABLE, last);
        }
    }

    /** @return why it failed, or null where it did not */
    private Exception tryOut(InetAddress address) {
        since = System.nanoTime();
        Connection attempt = null;
        try {
            attempt = new Connection(origin);
            trying.add(attempt);
            begin(attempt, new InetSocketAddress(address, origin.port()));
            return null;
        } catch (IOException | UnsupportedAddressTypeException | SecurityException e) {
            if (attempt != null) {
                discard(attempt);
            }
            return e;
        }
    }

    private void begin(Connection attempt, InetSocketAddress address) throws IOException {
        if (attempt.channel().connect(address)) {
            opened(attempt);
        } else {
            call.loop().watch(attempt, SelectionKey.OP_CONNECT, () -> ready(attempt));
        }
    }

    private void ready(Connection attempt) {
        try {
            if (trying.contains(attempt) && attempt.channel().finishConnect()) {
                opened(attempt);
            }
        } catch (IOException e) {
            discard(attempt);
            next(e);
        }
    }

    private void opened(Connection winner) {
        trying.remove(winner);
        close();
        call.opened(winner);
    }

    private void discard(Connection attempt) {
        trying.remove(attempt);
        attempt.close();
    }
}
