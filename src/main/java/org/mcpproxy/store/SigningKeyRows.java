package org.mcpproxy.store;

import com.nimbusds.jose.jwk.RSAKey;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.SealedBox;

/** The signing keys' rows: each a JWK (RFC 7517), sealed, and bound to its id. One that cannot be opened stops no other. */
@Singleton
public class SigningKeyRows {

    static final String PURPOSE = "signing-key";

    private static final Logger LOG = System.getLogger(SigningKeyRows.class.getName());

    private final SealedBox box;
    private final Set<String> secretIds;
    private final Clock clock;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    @Inject
    public SigningKeyRows(Settings settings, RandomGenerator random, Clock clock) {
        this.box = settings.secretKeys().box(PURPOSE, random);
        this.secretIds = settings.secretKeys().ids();
        this.clock = clock;
    }

    /** @param opened keys that need not be opened again; what becomes of their rows cannot take them away */
    KeptKeys read(Handle handle, Map<String, RSAKey> opened) {
        Instant now = clock.instant();
        List<Row> rows = handle.select("SELECT * FROM signing_key ORDER BY signs_from DESC, id")
                .map((row, context) -> Row.of(row))
                .list();
        List<KeptKey> keys = new ArrayList<>();
        List<Row> whole = new ArrayList<>();
        boolean othersSealed = false;
        for (Row row : rows) {
            Optional<RSAKey> key = Optional.ofNullable(opened.get(row.id())).or(() -> open(row));
            key.map(row::with).ifPresent(keys::add);
            othersSealed |= isOthers(row);
            if (key.isPresent() || isOthers(row)) {
                whole.add(row);
            }
        }
        Optional<Instant> lastMade = whole.stream()
                .filter(row -> row.verifiesUntil().isEmpty())
                .map(Row::createdAt)
                .max(Comparator.naturalOrder());
        return new KeptKeys(List.copyOf(keys), lastMade, othersSealed, now);
    }

    /**
     * Adds a key. Those before it end some time after it has begun.
     *
     * @param othersVerifyUntil when the last token of those before it has expired
     */
    void add(Handle handle, RSAKey key, Instant signsFrom, Instant othersVerifyUntil) {
        Instant now = clock.instant();
        byte[] sealed = box.seal(key.toJSONString(), key.getKeyID());
        handle.execute(
                "UPDATE signing_key SET verifies_until = ? WHERE verifies_until IS NULL OR verifies_until > ?",
                othersVerifyUntil,
                now);
        handle.execute(
                "INSERT INTO signing_key (id, sealed_key, secret_id, created_at, signs_from) VALUES (?, ?, ?, ?, ?)",
                key.getKeyID(),
                sealed,
                SealedBox.secretId(sealed),
                now,
                signsFrom);
    }

    private boolean isOthers(Row row) {
        return !secretIds.contains(row.secretId());
    }

    private Optional<RSAKey> open(Row row) {
        if (isOthers(row)) {
            report(row, "was sealed with a SESSION_SECRET_KEY that is not among those of this node");
            return Optional.empty();
        }
        Optional<RSAKey> key = unsealed(row).flatMap(SigningKeyRows::parse);
        if (key.isEmpty()) {
            report(row, "is damaged, and left aside");
        }
        return key;
    }

    private Optional<String> unsealed(Row row) {
        try {
            return box.open(row.sealed(), row.id());
        } catch (Rejection e) {
            // It says so itself, but its row does not: its first bytes are damaged.
            return Optional.empty();
        }
    }

    private static Optional<RSAKey> parse(String jwk) {
        try {
            return Optional.of(RSAKey.parse(jwk));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    private void report(Row row, String what) {
        if (reported.add(row.id())) {
            LOG.log(Level.ERROR, "The signing key {0} {1}", row.id(), what);
        }
    }

    private record Row(
            String id,
            byte[] sealed,
            String secretId,
            Instant createdAt,
            Instant signsFrom,
            Optional<Instant> verifiesUntil) {

        static Row of(ResultSet row) throws SQLException {
            return new Row(
                    row.getString("id"),
                    row.getBytes("sealed_key"),
                    row.getString("secret_id"),
                    Database.instant(row, "created_at"),
                    Database.instant(row, "signs_from"),
                    Optional.ofNullable(Database.instant(row, "verifies_until")));
        }

        KeptKey with(RSAKey key) {
            return new KeptKey(key, signsFrom, verifiesUntil);
        }
    }
}
