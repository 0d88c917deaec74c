package org.mcpproxy.store;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.SealedBox;

/** Seals anew what a previous secret has sealed, so that that secret can be dropped. */
final class Resealing implements Chore {

    static final int BATCH = 100;

    private static final Logger LOG = System.getLogger(Resealing.class.getName());

    private final Database database;
    private final KeyRing secrets;
    private final SealedBox box;
    private final String table;
    private final String find;
    private final String replace;
    private boolean begun;

    /**
     * @param key to which the seal is bound
     * @param column what is sealed
     */
    Resealing(
            Database database,
            KeyRing secrets,
            RandomGenerator random,
            String purpose,
            String table,
            String key,
            String column) {
        this.database = database;
        this.secrets = secrets;
        this.box = secrets.box(purpose, random);
        this.table = table;
        this.find =
                "SELECT %2$s AS id, %3$s AS sealed FROM %1$s WHERE secret_id = ? LIMIT ?".formatted(table, key, column);
        // A refresh may have written something newer meanwhile, which stays.
        this.replace =
                "UPDATE %1$s SET %3$s = ?, secret_id = ? WHERE %2$s = ? AND %3$s = ?".formatted(table, key, column);
    }

    @Override
    public String name() {
        return table + " sealed anew";
    }

    @Override
    public boolean part() {
        List<Sealed> old = database.with(this::sealedBefore);
        old.forEach(this::reseal);
        if (old.isEmpty() && begun) {
            LOG.log(Level.INFO, "All of {0} is sealed with the current SESSION_SECRET_KEY", table);
        }
        begun = !old.isEmpty();
        return begun;
    }

    private List<Sealed> sealedBefore(Handle handle) {
        Optional<String> previous = SecretIds.of(handle, table).stream()
                .filter(secrets.ids()::contains)
                .filter(id -> !id.equals(secrets.current().id()))
                .findFirst();
        return previous.map(id -> handle.select(find, id, BATCH)
                        .map((row, context) -> new Sealed(row.getString("id"), row.getBytes("sealed")))
                        .list())
                .orElse(List.of());
    }

    /** What is damaged stays as it is, but must not be a reason to keep a secret. */
    private void reseal(Sealed row) {
        byte[] resealed = open(row).map(plain -> box.seal(plain, row.id())).orElse(row.bytes());
        database.update(replace, resealed, secrets.current().id(), row.id(), row.bytes());
    }

    private Optional<String> open(Sealed row) {
        try {
            return box.open(row.bytes(), row.id());
        } catch (Rejection e) {
            return Optional.empty();
        }
    }

    private record Sealed(String id, byte[] bytes) {}
}
