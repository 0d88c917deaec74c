package org.mcpproxy.bridge;

import java.util.HashMap;
import java.util.Map;
import org.mcpproxy.config.Backend;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The places for one kind of conversations: of all backends together, and of each that has a bound of its own. */
final class KindPlaces {

    private final Places all;
    private final Map<String, Places> byBackend = new HashMap<>();

    /** As {@link Places}, for all backends together. */
    KindPlaces(int most, int mostOfHolder) {
        all = new Places(most, mostOfHolder, Reason.SERVER_FULL);
    }

    /** As {@link Places}, for this backend alone. */
    void bound(Backend backend, int most, int mostOfHolder) {
        byBackend.put(backend.name(), new Places(most, mostOfHolder, Reason.BACKEND_FULL));
    }

    /** @throws Rejection {@code SERVER_FULL}, {@code BACKEND_FULL}, {@code CALLER_TOO_BUSY} */
    void take(Backend backend, Holder holder) {
        Places own = byBackend.get(backend.name());
        if (own == null) {
            all.take(holder);
            return;
        }
        own.take(holder);
        try {
            all.take(holder);
        } catch (Rejection e) {
            own.giveBack(holder);
            throw e;
        }
    }

    void giveBack(Backend backend, Holder holder) {
        all.giveBack(holder);
        Places own = byBackend.get(backend.name());
        if (own != null) {
            own.giveBack(holder);
        }
    }

    /** Those of all backends together. */
    Places all() {
        return all;
    }
}
