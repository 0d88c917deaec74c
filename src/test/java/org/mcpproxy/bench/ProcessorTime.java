package org.mcpproxy.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What a process and those that it started have used of the processors, as Linux counts it. */
final class ProcessorTime {

    /** Linux counts in hundredths of a second. */
    private static final long MILLIS_PER_TICK = 10;

    private static final int USER = 11;

    private ProcessorTime() {}

    static long millis(long pid) {
        return Stream.concat(
                                ProcessHandle.of(pid).stream(),
                                ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants))
                        .flatMapToLong(each -> ticks(each.pid()))
                        .sum()
                * MILLIS_PER_TICK;
    }

    private static LongStream ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return LongStream.of(Long.parseLong(fields[USER]), Long.parseLong(fields[USER + 1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
