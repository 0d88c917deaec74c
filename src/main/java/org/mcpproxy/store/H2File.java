package org.mcpproxy.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DatabaseMetaData;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The file of an H2 database. H2 that cannot write closes itself under all who use it: some of these never come to an end
 * then, and what it has said to be kept a moment before may be gone when it opens the file again (seen with H2 2.2 to 2.5,
 * one in some hundred full disks). So it is asked by one thread at a time, and not at all for a write once its disk is nearly full.
 *
 * @param disk that it is on
 * @param reserve how much of that is to stay free, in bytes
 */
record H2File(FileStore disk, long reserve) {

    private static final String PRODUCT = "H2";

    /** @return empty where the database is another */
    static Optional<H2File> of(DataSource source, long reserve) {
        return Jdbi.create(source)
                .withHandle(H2File::path)
                .map(path -> Path.of(path).toAbsolutePath().getParent())
                .filter(Files::isDirectory)
                .map(folder -> new H2File(diskOf(folder), reserve));
    }

    private static Optional<String> path(Handle handle) {
        String product = handle.queryMetadata(DatabaseMetaData::getDatabaseProductName);
        return PRODUCT.equals(product)
                ? handle.select("SELECT DATABASE_PATH()").mapTo(String.class).findOne()
                : Optional.empty();
    }

    boolean hasRoom() {
        try {
            return disk.getUsableSpace() >= reserve;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileStore diskOf(Path folder) {
        try {
            return Files.getFileStore(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
