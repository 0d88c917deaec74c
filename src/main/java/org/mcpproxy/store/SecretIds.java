package org.mcpproxy.store;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/** The secrets that a table's rows were sealed with, by their ids. */
final class SecretIds {

    private SecretIds() {}

    /** From one to the next by the index, however many rows there are. */
    static Set<String> of(Handle handle, String table) {
        Set<String> found = new TreeSet<>();
        Optional<String> next = after(handle, table, "");
        while (next.isPresent()) {
            found.add(next.get());
            next = after(handle, table, next.get());
        }
        return found;
    }

    private static Optional<String> after(Handle handle, String table, String id) {
        return handle.select("SELECT secret_id FROM " + table + " WHERE secret_id > ? ORDER BY secret_id LIMIT 1", id)
                .mapTo(String.class)
                .findOne();
    }
}
