package org.mcpproxy.bridge;

import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import org.mcpproxy.oauth.Utf8;

/**
 * Makes events of a stream that comes in pieces, wherever it was cut (HTML, Server-sent events, Event stream
 * interpretation). Of an event only its name and its data count.
 */
final class EventReader {

    private static final String UNNAMED = "message";

    private final int longest;
    private final Unfinished unfinished;
    private final BiConsumer<String, String> events;
    private final LineBuffer line = new LineBuffer();
    private StringBuilder data = new StringBuilder();
    private String name = "";
    private boolean hasData;
    private boolean afterCr;
    private boolean atBeginning = true;

    /**
     * @param longest an event's bytes
     * @param events is given the name and the data of each
     */
    EventReader(int longest, Unfinished unfinished, BiConsumer<String, String> events) {
        this.longest = longest;
        this.unfinished = unfinished;
        this.events = events;
    }

    /** @throws BadLineException where an event is too long, there is no room for it, or it is no UTF-8 */
    void add(ByteBuffer part) {
        while (part.hasRemaining()) {
            add(part.get());
        }
        unfinished.holds(line.size() + data.length());
    }

    private void add(byte sign) {
        boolean secondHalf = afterCr && sign == '\n';
        afterCr = sign == '\r';
        if (secondHalf) {
            return;
        }
        if (sign == '\n' || sign == '\r') {
            end();
            return;
        }
        if (line.size() + data.length() >= longest) {
            throw new BadLineException("an event that is too long");
        }
        line.write(sign);
    }

    private void end() {
        String text = Utf8.text(line.taken()).orElseThrow(() -> new BadLineException("an event that is not UTF-8"));
        if (atBeginning && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        atBeginning = false;
        if (text.isEmpty()) {
            dispatch();
        } else {
            field(text);
        }
    }

    /** A comment is a field without a name. */
    private void field(String text) {
        int colon = text.indexOf(':');
        String field = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + 1);
        if (value.startsWith(" ")) {
            value = value.substring(1);
        }
        if (field.equals("event")) {
            name = value;
        } else if (field.equals("data")) {
            data.append(hasData ? "\n" : "").append(value);
            hasData = true;
        }
    }

    private void dispatch() {
        String told = data.toString();
        String by = name.isEmpty() ? UNNAMED : name;
        boolean complete = hasData;
        data = new StringBuilder();
        name = "";
        hasData = false;
        if (complete) {
            events.accept(by, told);
        }
    }
}
