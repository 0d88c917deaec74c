package org.mcpproxy.signing;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.minidev.json.JSONObject;
import org.mcpproxy.oauth.Json;

/**
 * What else is known of a user, as Okta said at the sign-on.
 *
 * @param email null where it is not known
 * @param groups empty where they are not known
 */
public record Profile(String email, Set<String> groups) {

    /** Of whom nothing is known. */
    public static final Profile UNKNOWN = new Profile(null, Set.of());

    /** A hundred groups, compressed. Sealed, it must fit into a header of 8 KiB, the most that many servers take. */
    private static final int MOST_BYTES = 3_584;

    /** The length alone would tell its client who is in one more group: it is rounded up to this many bytes. */
    private static final int ROUNDED_TO = 256;

    public Profile {
        groups = Set.copyOf(groups);
    }

    /** Short enough for a header; empty where it cannot be made so. */
    public Optional<byte[]> compressed() {
        Map<String, Object> json = new HashMap<>();
        json.put("groups", groups);
        Optional.ofNullable(email).ifPresent(known -> json.put("email", known));
        return Compressed.of(Json.write(json), ROUNDED_TO).filter(bytes -> bytes.length <= MOST_BYTES);
    }

    /**
     * What {@link #compressed} made.
     *
     * @throws IllegalStateException where it is something else
     */
    public static Profile ofCompressed(byte[] compressed) {
        try {
            JSONObject json = JSONObjectUtils.parse(Compressed.text(compressed));
            return new Profile(
                    JSONObjectUtils.getString(json, "email", null),
                    Set.copyOf(JSONObjectUtils.getStringList(json, "groups")));
        } catch (ParseException e) {
            throw new IllegalStateException("A compressed profile does not hold what was compressed", e);
        }
    }
}
