package org.mcpproxy.store;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The rows of a table that are first in an order, such as those whose time has been over for longest.
 *
 * @param key the columns of the primary key, all of them texts
 * @param condition which rows are meant, with a place for each of its values
 */
record FirstRows(String table, List<String> key, String condition, String order) {

    /**
     * Deletes so many at most, in two steps: a subquery with a limit H2 asks again for each row that it looks at, which is slow,
     * and finds other rows each time where several are equal in their order. The condition is judged again as a row goes, so
     * that one which another transaction has changed meanwhile stays.
     *
     * @param values those of the condition
     * @return how many have gone
     */
    int delete(Handle handle, int most, Object... values) {
        String each = key.stream().map(column -> column + " = ?").collect(Collectors.joining(" AND "));
        PreparedBatch batch = handle.prepareBatch("DELETE FROM %s WHERE %s AND %s".formatted(table, condition, each));
        for (List<String> row : keys(handle, most, values)) {
            Object[] all = with(values, row.toArray());
            IntStream.range(0, all.length).forEach(position -> batch.bind(position, all[position]));
            batch.add();
        }
        return Arrays.stream(batch.execute()).sum();
    }

    private List<List<String>> keys(Handle handle, int most, Object... values) {
        String sql = "SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT ?"
                .formatted(String.join(", ", key), table, condition, order);
        return handle.select(sql, with(values, most))
                .map((row, context) -> {
                    String[] columns = new String[key.size()];
                    for (int i = 0; i < columns.length; i++) {
                        columns[i] = row.getString(i + 1);
                    }
                    return List.of(columns);
                })
                .list();
    }

    private static Object[] with(Object[] values, Object... more) {
        Object[] all = Arrays.copyOf(values, values.length + more.length);
        System.arraycopy(more, 0, all, values.length, more.length);
        return all;
    }
}
