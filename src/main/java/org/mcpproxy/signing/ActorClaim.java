package org.mcpproxy.signing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The {@code act} claim: who acts for the subject, and within it, who did before (RFC 8693 4.1). */
public final class ActorClaim {

    public static final String NAME = "act";

    private static final String ACTOR = "sub";

    private ActorClaim() {}

    /** Null, which leaves the claim out, where there are none. */
    public static Map<String, Object> write(List<String> actors) {
        Map<String, Object> inner = null;
        for (int i = actors.size() - 1; i >= 0; i--) {
            Map<String, Object> outer = new LinkedHashMap<>();
            outer.put(ACTOR, actors.get(i));
            if (inner != null) {
                outer.put(NAME, inner);
            }
            inner = outer;
        }
        return inner;
    }

    /** @throws Rejection {@code TOKEN_MALFORMED} */
    static List<String> read(Map<String, Object> claim) {
        List<String> actors = new ArrayList<>();
        for (Object at = claim; at != null; ) {
            if (!(at instanceof Map<?, ?> actor) || !(actor.get(ACTOR) instanceof String id)) {
                throw Rejection.of(Reason.TOKEN_MALFORMED);
            }
            actors.add(id);
            at = actor.get(NAME);
        }
        return actors;
    }
}
