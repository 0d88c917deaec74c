package org.mcpproxy.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;

/** A process's standard error output in our log, line by line: neither too long lines nor too many of them. */
final class ErrorOutput {

    private static final Logger LOG = System.getLogger(ErrorOutput.class.getName());
    private static final int LONGEST = 2000;
    private static final int MOST_IN_A_WINDOW = 100;
    private static final long WINDOW_NANOS = 10_000_000_000L;

    private final String name;
    private final StringBuilder line = new StringBuilder();
    private boolean cut;
    private long windowBegan = System.nanoTime();
    private int inWindow;
    private long dropped;

    ErrorOutput(String name) {
        this.name = name;
    }

    /** Reads until the end. */
    void copy(InputStream from) {
        byte[] buffer = new byte[4096];
        try {
            for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
                add(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // The process has ended.
        }
        end();
    }

    void add(String bytes) {
        for (char next : bytes.toCharArray()) {
            if (next == '\n') {
                end();
            } else if (line.length() < LONGEST) {
                line.append(next);
            } else {
                cut = true;
            }
        }
    }

    private void end() {
        if (!line.isEmpty() && mayLog()) {
            LOG.log(Level.INFO, "MCP server {0} says: {1}", name, text());
        }
        line.setLength(0);
        cut = false;
    }

    /** Characters that control terminals, or begin lines that look like ours, are none of a server's business. */
    private String text() {
        String text = new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        return text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cf}]", " ").strip() + (cut ? " (cut)" : "");
    }

    private boolean mayLog() {
        long now = System.nanoTime();
        if (now - windowBegan > WINDOW_NANOS) {
            if (dropped > 0) {
                LOG.log(Level.INFO, "MCP server {0} said {1} lines more, which are not logged", name, dropped);
            }
            windowBegan = now;
            inWindow = 0;
            dropped = 0;
        }
        if (inWindow++ < MOST_IN_A_WINDOW) {
            return true;
        }
        dropped++;
        return false;
    }
}
