package org.mcpproxy.bridge;

import static java.util.concurrent.CompletableFuture.delayedExecutor;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.mcpproxy.config.StdioCommand;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.Header;
import org.mcpproxy.web.BodyBudget;

/**
 * An MCP server as a process of ours (MCP 2025-11-25, stdio): a message is a line. Two threads read what it writes; a third
 * writes, while there is something to write, so that a process that does not read keeps nobody else waiting.
 */
final class ChildProcess implements Channel {

    private static final Logger LOG = System.getLogger(ChildProcess.class.getName());

    /** In bytes. What comes when there is less is still taken, however long. */
    private static final int MOST_UNSENT = 1024 * 1024;

    /** How long it may take to end by itself once its input has ended, and then once it was told to. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final String name;
    private final Executor threads;
    private final Receiver receiver;
    private final Process process;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean ending = new AtomicBoolean();

    private final BodyBudget.Share room;
    private final Queue<byte[]> unsent = new ArrayDeque<>();
    private int unsentBytes;
    private boolean writing;

    private ChildProcess(String name, Room room, Executor threads, Receiver receiver, Process process) {
        this.name = name;
        this.room = room.share();
        this.threads = threads;
        this.receiver = receiver;
        this.process = process;
    }

    /**
     * @param name of the backend, for the log
     * @param longest a line's bytes
     * @param room for what it has not read, and what it has not written to its end
     * @param threads has one free, always
     * @throws IOException where it cannot be started
     */
    static ChildProcess start(
            String name, StdioCommand command, int longest, Room room, Executor threads, Receiver receiver)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.words());
        Map<String, String> environment = builder.environment();
        environment.clear();
        command.environment().forEach((variable, value) -> environment.put(variable, value.value()));
        ChildProcess child = new ChildProcess(name, room, threads, receiver, builder.start());
        threads.execute(() -> child.read(longest, new Unfinished(room.share())));
        threads.execute(() -> new ErrorOutput(name).copy(child.process.getErrorStream()));
        // Its last words may still be on their way; but what it left running may hold its output open for ever.
        child.process.onExit().thenRunAsync(child::close, delayedExecutor(GRACE.toMillis(), MILLISECONDS, threads));
        return child;
    }

    /** Done once the process has ended, and all that it started with it. */
    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public boolean send(List<Outgoing> messages, List<Header> headers, Consumer<Rejection> undelivered) {
        boolean taken = write(messages.stream()
                .map(Outgoing::begin)
                .flatMap(Optional::stream)
                .map(ChildProcess::asLine)
                .collect(joining()));
        if (taken) {
            // What comes later stands behind it.
            messages.forEach(Outgoing::markSent);
        }
        return taken;
    }

    @Override
    public void sendAtOnce(String message, List<Header> headers) {
        write(asLine(message));
    }

    private static String asLine(String message) {
        return message + "\n";
    }

    /** @return false where there is no room for it */
    private boolean write(String text) {
        byte[] lines = text.getBytes(StandardCharsets.UTF_8);
        synchronized (unsent) {
            if (ending.get() || unsentBytes >= MOST_UNSENT || !room.take(lines.length)) {
                return false;
            }
            unsent.add(lines);
            unsentBytes += lines.length;
            if (writing) {
                return true;
            }
            writing = true;
        }
        threads.execute(this::write);
        return true;
    }

    @Override
    public void close() {
        if (ending.compareAndSet(false, true)) {
            threads.execute(this::end);
        }
    }

    private void write() {
        OutputStream out = process.getOutputStream();
        try {
            for (byte[] next = next(); next != null; next = next()) {
                out.write(next);
                out.flush();
                synchronized (unsent) {
                    unsentBytes -= next.length;
                    room.give(next.length);
                }
            }
        } catch (IOException e) {
            close();
        }
    }

    private byte[] next() {
        synchronized (unsent) {
            byte[] next = unsent.poll();
            writing = next != null;
            return next;
        }
    }

    private void read(int longest, Unfinished unfinished) {
        LineSplitter lines = new LineSplitter(longest, unfinished, this::line);
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream out = process.getInputStream();
            for (int length = out.read(buffer); length >= 0; length = out.read(buffer)) {
                lines.add(buffer, length);
            }
        } catch (BadLineException e) {
            LOG.log(
                    Level.WARNING,
                    "MCP server {0} wrote {1} to its standard output, and is ended",
                    name,
                    e.getMessage());
        } catch (IOException e) {
            // The process has ended.
        } finally {
            unfinished.close();
            close();
        }
    }

    private void line(String line) {
        if (!line.isBlank()) {
            receiver.message(line);
        }
    }

    /** First the input ends, as MCP asks for (stdio, Shutdown); then come the signals. */
    private void end() {
        receiver.closed(Reason.BACKEND_BROKE_OFF);
        ProcessHandle handle = process.toHandle();
        Set<ProcessHandle> family = new LinkedHashSet<>();
        try {
            handle.descendants().forEach(family::add);
            // It waits for whoever is writing, until the process reads or is gone.
            threads.execute(this::closeInput);
            if (!process.waitFor(GRACE.toMillis(), MILLISECONDS)) {
                handle.descendants().forEach(family::add);
                handle.destroy();
                process.waitFor(GRACE.toMillis(), MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            handle.descendants().forEach(family::add);
            handle.destroyForcibly();
            family.forEach(ProcessHandle::destroyForcibly);
            room.close();
            process.onExit().thenRun(() -> ended.complete(null));
        }
    }

    private void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It reads no more.
        }
    }
}
