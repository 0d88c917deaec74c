package org.mcpproxy.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Utf8;

/**
 * Takes out of an event stream (HTML, Server-sent events) what its caller may not use. An event is held back from its
 * first line of data to its end, so that it can be judged; every other line goes on as soon as it has come.
 */
final class EventFilter implements BodyFilter {

    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final ListedThings things;

    /** The event, from its first line of data on; or one line. */
    private final Withheld withheld;

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final ByteArrayOutputStream otherLines = new ByteArrayOutputStream();
    private boolean hasData;
    /** Whether all of the event is withheld, and it is to be judged. */
    private boolean isWhole;

    private boolean afterCr;
    private boolean atBeginning = true;
    private int lineStart;

    EventFilter(ListedThings things, Withheld withheld) {
        this.things = things;
        this.withheld = withheld;
    }

    @Override
    public boolean next(ByteBuffer part, boolean hasTime, ByteArrayOutputStream out) {
        while (isWhole || part.hasRemaining()) {
            if (!isWhole) {
                line(part, out);
            } else if (hasTime || !withheld.isLarge()) {
                event(out);
            } else {
                return false;
            }
        }
        return true;
    }

    /** What is cut off is no event (Server-sent events, Interpretation), but a lenient reader may take it for one. */
    @Override
    public boolean end(boolean hasTime, ByteArrayOutputStream out) {
        if (withheld.length() > lineStart) {
            line(out);
        }
        if (!hasData) {
            out.writeBytes(withheld.release());
            return true;
        }
        if (!hasTime && withheld.isLarge()) {
            return false;
        }
        try {
            event(out);
        } catch (Rejection e) {
            withheld.release();
        }
        return true;
    }

    @Override
    public byte[] error(byte[] jsonRpcError) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writeData(new String(jsonRpcError, StandardCharsets.UTF_8), out);
        out.write('\n');
        return out.toByteArray();
    }

    /** The rest of a line, or what has come of it. */
    private void line(ByteBuffer part, ByteArrayOutputStream out) {
        int end = part.position();
        while (end < part.limit() && !isLineEnd(part.get(end))) {
            end++;
        }
        if (end > part.position()) {
            afterCr = false;
            withheld.add(part.slice(part.position(), end - part.position()));
            part.position(end);
        }
        if (part.hasRemaining()) {
            lineEnd(part.get(), out);
        }
    }

    private static boolean isLineEnd(byte sign) {
        return sign == '\n' || sign == '\r';
    }

    private void lineEnd(byte sign, ByteArrayOutputStream out) {
        boolean secondHalf = afterCr && sign == '\n';
        afterCr = sign == '\r';
        if (secondHalf && withheld.length() == 0) {
            out.write(sign);
            return;
        }
        withheld.add(sign);
        if (secondHalf) {
            lineStart = withheld.length();
        } else {
            line(out);
        }
    }

    /** A line has ended, and is the last that is withheld. */
    private void line(ByteArrayOutputStream out) {
        byte[] line = lastLine();
        if (line.length == 0 && hasData) {
            isWhole = true;
        } else if (isData(line)) {
            data(line);
        } else if (hasData) {
            otherLines.writeBytes(line);
            otherLines.write('\n');
        } else {
            out.writeBytes(withheld.release());
        }
        lineStart = withheld.length();
    }

    private byte[] lastLine() {
        int end = withheld.length();
        if (end > lineStart && isLineEnd(withheld.at(end - 1))) {
            end--;
        }
        byte[] line = withheld.copy(lineStart, end);
        boolean marked = atBeginning
                && line.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(line, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
        atBeginning = false;
        return marked ? Arrays.copyOfRange(line, BYTE_ORDER_MARK.length, line.length) : line;
    }

    private static boolean isData(byte[] line) {
        return line.length >= DATA.length
                && Arrays.equals(line, 0, DATA.length, DATA, 0, DATA.length)
                && (line.length == DATA.length || line[DATA.length] == ':');
    }

    private void data(byte[] line) {
        if (hasData) {
            data.write('\n');
        }
        hasData = true;
        int start = DATA.length + 1;
        if (start < line.length && line[start] == ' ') {
            start++;
        }
        data.write(line, Math.min(start, line.length), Math.max(0, line.length - start));
    }

    private void event(ByteArrayOutputStream out) {
        byte[] event = data.toByteArray();
        Optional<String> changed = isJson(event) ? changed(event) : Optional.empty();
        byte[] asItCame = withheld.release();
        if (changed.isPresent()) {
            writeData(changed.get(), out);
            out.writeBytes(otherLines.toByteArray());
            out.write('\n');
        } else {
            out.writeBytes(asItCame);
        }
        data.reset();
        otherLines.reset();
        hasData = false;
        isWhole = false;
        lineStart = 0;
    }

    private Optional<String> changed(byte[] event) {
        String text = Utf8.text(event).orElseThrow(() -> Rejection.of(Reason.POLICY_CANNOT_READ));
        return Optional.of(things.filtered(text)).filter(filtered -> !filtered.equals(text));
    }

    /** Whether it can be a message at all: the events that open a stream are empty, and pings may say anything. */
    private static boolean isJson(byte[] event) {
        for (byte sign : event) {
            if (sign > ' ' || sign < 0) {
                return sign == '{' || sign == '[' || sign < 0;
            }
        }
        return false;
    }

    private static void writeData(String text, ByteArrayOutputStream out) {
        for (String line : text.split("\n", -1)) {
            out.writeBytes(("data: " + line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
