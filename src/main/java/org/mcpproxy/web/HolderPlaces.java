package org.mcpproxy.web;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Places that are counted for each holder, so that nobody has more than their part. */
public final class HolderPlaces {

    private final int mostOfOne;

    /** None that has none. */
    private final ConcurrentMap<String, Integer> taken = new ConcurrentHashMap<>();

    public HolderPlaces(int mostOfOne) {
        this.mostOfOne = mostOfOne;
    }

    /** @return false where the holder has as many as they may have */
    public boolean take(String holder) {
        boolean[] done = new boolean[1];
        taken.compute(holder, (name, before) -> {
            int own = before == null ? 0 : before;
            done[0] = own < mostOfOne;
            return done[0] ? (Integer) (own + 1) : before;
        });
        return done[0];
    }

    public void give(String holder) {
        taken.computeIfPresent(holder, (name, before) -> before == 1 ? null : (Integer) (before - 1));
    }

    /** How many holders have any. */
    public int holders() {
        return taken.size();
    }
}
