package org.mcpproxy.relay.http2;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whose requests share connections. A server that defends itself against rapid resets (CVE-2023-44487) closes the connection
 * of whoever cancels many requests at once, and all that is under way on it breaks off: so each user has connections of
 * their own for as long as they have requests under way, and the next takes them over. Only where more users than
 * {@link #MOST} are under way do some share.
 */
final class Lanes {

    /** Each has a connection at least, so no more than HTTP/1.1 would need. */
    static final int MOST = 1_000;

    /** How many users are in each. */
    private final int[] crowds;

    private final Map<String, Place> places = new HashMap<>();

    /** @param most how many there are */
    Lanes(int most) {
        this.crowds = new int[most];
    }

    /** For one request: the lane that the holder's others are in, else the first that is free, else the least crowded. */
    synchronized Stay enter(String holder) {
        Place place = places.computeIfAbsent(holder, unknown -> taken(leastCrowded()));
        place.requests++;
        return new Stay(holder, place);
    }

    /** How many users have requests under way. */
    synchronized int users() {
        return places.size();
    }

    private Place taken(int lane) {
        crowds[lane]++;
        return new Place(lane);
    }

    /** The first, so that warm connections are taken over before others are opened. */
    private int leastCrowded() {
        int least = 0;
        for (int lane = 0; crowds[least] > 0 && lane < crowds.length; lane++) {
            least = crowds[lane] < crowds[least] ? lane : least;
        }
        return least;
    }

    private synchronized void leave(String holder, Place place) {
        place.requests--;
        if (place.requests == 0) {
            places.remove(holder);
            crowds[place.lane]--;
        }
    }

    /** Where a holder's requests go. */
    private static final class Place {

        private final int lane;
        private int requests;

        private Place(int lane) {
            this.lane = lane;
        }
    }

    /** One request's, until it is closed; a second time does nothing. */
    final class Stay implements AutoCloseable {

        private final String holder;
        private final Place place;
        private final AtomicBoolean left = new AtomicBoolean();

        private Stay(String holder, Place place) {
            this.holder = holder;
            this.place = place;
        }

        int lane() {
            return place.lane;
        }

        @Override
        public void close() {
            if (left.compareAndSet(false, true)) {
                leave(holder, place);
            }
        }
    }
}
