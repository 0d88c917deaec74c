package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** {@code docs/storage.md} tells of every table and every column, and of none that there is not. */
class StorageDocumentTest {

    private static final Pattern TABLE = Pattern.compile("(?m)^`(\\w+)`[,:]");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[^|]*`) \\|");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void everyTableAndColumnIsExplained() throws IOException {
        assertThat(documented()).isEqualTo(kept());
    }

    private static Map<String, Set<String>> documented() throws IOException {
        String text = Files.readString(Path.of("docs/storage.md"));
        String tables = text.substring(text.indexOf("## Tables"), text.indexOf("## Back up"));
        Map<String, Set<String>> documented = new HashMap<>();
        MatchResult[] found = TABLE.matcher(tables).results().toArray(MatchResult[]::new);
        for (int i = 0; i < found.length; i++) {
            int end = i + 1 < found.length ? found[i + 1].start() : tables.length();
            documented.put(found[i].group(1), columns(tables.substring(found[i].end(), end)));
        }
        return documented;
    }

    private static Set<String> columns(String section) {
        return ROW.matcher(section)
                .results()
                .flatMap(row -> NAME.matcher(row.group(1)).results())
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, Set<String>> kept() {
        DataSource source = Databases.H2.fresh();
        Migration.run(source);
        Map<String, Set<String>> kept = new HashMap<>();
        Jdbi.create(source)
                .useHandle(handle -> handle.select("""
                                SELECT table_name, column_name FROM information_schema.columns
                                WHERE lower(table_schema) = 'public' AND lower(table_name) <> 'schema_history'
                                """)
                        .mapToMap()
                        .forEach(row -> kept.computeIfAbsent(lower(row.get("table_name")), table -> new TreeSet<>())
                                .add(lower(row.get("column_name")))));
        return kept;
    }

    private static String lower(Object name) {
        return name.toString().toLowerCase(Locale.ROOT);
    }
}
