package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class H2FileTest {

    private static final long NONE = 0;

    @TempDir
    private Path folder;

    @Test
    void itIsOnTheDiskOfItsFolder() throws IOException {
        assertThat(H2File.of(database(), NONE)).contains(new H2File(Files.getFileStore(folder), NONE));
    }

    @Test
    void itHasRoomWhereAsMuchIsFreeAsIsToStayFree() throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();

        assertThat(H2File.of(database(), free / 2))
                .hasValueSatisfying(file -> assertThat(file.hasRoom()).isTrue());
        assertThat(H2File.of(database(), free * 2))
                .hasValueSatisfying(file -> assertThat(file.hasRoom()).isFalse());
    }

    @ParameterizedTest
    @EnumSource
    void aDatabaseInMemoryOrOnAServerHasNone(Databases kind) {
        assertThat(H2File.of(kind.empty(), NONE)).isEmpty();
    }

    private JdbcDataSource database() {
        JdbcDataSource source = new JdbcDataSource();
        source.setUrl("jdbc:h2:file:" + folder.resolve("proxy"));
        return source;
    }
}
