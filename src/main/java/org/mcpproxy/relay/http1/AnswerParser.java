package org.mcpproxy.relay.http1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Flow;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;

/**
 * Takes the bytes of one answer after another apart (RFC 9112), with Jetty's parser: strict, as what one reader takes for
 * the end of an answer another takes for its middle. For one thread at a time.
 */
final class AnswerParser implements HttpParser.ResponseHandler {

    private static final int LONGEST_HEAD = 32 * 1024;
    private static final int MOST_INTERIM = 16;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final String CUT_OFF = "closed before the end";
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final HttpParser parser = new HttpParser(this, LONGEST_HEAD, HttpCompliance.STRICT);
    private List<Header> headers = new ArrayList<>();
    private List<ByteBuffer> content = new ArrayList<>();
    private HttpVersion version;
    private int status;
    private int interim;
    private boolean headDone;
    private boolean done;
    private boolean endedByClose;
    private boolean surplus;
    private String fault;

    AnswerParser() {
        parser.setHeaderCacheSize(0);
    }

    /** For the next answer. */
    void reset() {
        parser.reset();
        headers = new ArrayList<>();
        content = new ArrayList<>();
        interim = 0;
        headDone = false;
        done = false;
        endedByClose = false;
        surplus = false;
        fault = null;
    }

    /** Takes all of these bytes; what is content is copied. */
    void parse(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining() && !done && fault == null) {
                parser.parseNext(bytes);
                if (isInterim() && parser.isState(HttpParser.State.END)) {
                    nextAfterInterim();
                }
            }
        } catch (RuntimeException | AssertionError e) {
            // What the parser did not expect, a backend must not have sent.
            fault = "malformed";
        }
        surplus |= bytes.hasRemaining();
        bytes.position(bytes.limit());
    }

    /** The backend has closed its side: the end of a body that has no other (RFC 9112 6.3), and of no other body. */
    void end() {
        endedByClose = true;
        if (done || fault != null) {
            return;
        }
        if (parser.isState(HttpParser.State.EOF_CONTENT)) {
            parser.atEOF();
            parser.parseNext(NOTHING);
        } else {
            fault = CUT_OFF;
        }
    }

    private boolean isInterim() {
        return headDone && status < 200;
    }

    private void nextAfterInterim() {
        interim++;
        if (status == SWITCHING_PROTOCOLS || interim > MOST_INTERIM) {
            fault = "interim answers that nobody asked for";
            return;
        }
        parser.reset();
        headers = new ArrayList<>();
        headDone = false;
    }

    /** The connection is of no further use, whatever the answer. */
    void forbidNext() {
        surplus = true;
    }

    /** Whether what is wrong is that the backend closed the connection, and sent no more. */
    boolean isCutOff() {
        return CUT_OFF.equals(fault);
    }

    /** What is wrong with the answer, or null. */
    String fault() {
        return fault;
    }

    boolean isHeadDone() {
        return headDone && status >= 200;
    }

    boolean isDone() {
        return done;
    }

    boolean isOfEvents() {
        return Header.values(headers, "Content-Type").stream()
                .anyMatch(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"));
    }

    /** In bytes, of what has come and was not taken. */
    int contentLength() {
        return content.stream().mapToInt(ByteBuffer::remaining).sum();
    }

    /** What has come of the body since the last time. */
    List<ByteBuffer> takeContent() {
        List<ByteBuffer> taken = content;
        content = new ArrayList<>();
        return taken;
    }

    /** @param body where the rest of it comes from */
    BackendClient.Answer answer(Flow.Publisher<List<ByteBuffer>> body) {
        return new BackendClient.Answer(status, List.copyOf(headers), body);
    }

    /** Whether the connection may carry another exchange: the answer has an end of its own, and nothing came after it. */
    boolean allowsNext() {
        return done
                && fault == null
                && !surplus
                && !endedByClose
                && version == HttpVersion.HTTP_1_1
                && Header.values(headers, "Connection").stream()
                        .noneMatch(value -> value.toLowerCase(Locale.ROOT).contains("close"));
    }

    @Override
    public void startResponse(HttpVersion given, int code, String reason) {
        version = given;
        status = code;
        if (given != HttpVersion.HTTP_1_1 && given != HttpVersion.HTTP_1_0) {
            fault = "unknown version";
        }
    }

    @Override
    public void parsedHeader(HttpField field) {
        headers.add(new Header(field.getName(), field.getValue() == null ? "" : field.getValue()));
    }

    @Override
    public boolean headerComplete() {
        List<String> codings = Header.values(headers, "Transfer-Encoding");
        if (!codings.isEmpty()
                && (version != HttpVersion.HTTP_1_1
                        || codings.size() > 1
                        || !codings.get(0).equalsIgnoreCase("chunked"))) {
            // RFC 9112 6.1: we asked for no other coding, and could not tell its end
            fault = "unknown transfer coding";
            return true;
        }
        headDone = fault == null;
        return false;
    }

    @Override
    public boolean content(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        content.add(ByteBuffer.wrap(copy));
        return false;
    }

    @Override
    public boolean contentComplete() {
        return false;
    }

    @Override
    public boolean messageComplete() {
        done = status >= 200;
        return true;
    }

    @Override
    public void earlyEOF() {
        fault = fault == null ? CUT_OFF : fault;
    }

    @Override
    public void badMessage(HttpException failure) {
        fault = failure.getReason() == null ? "malformed" : failure.getReason();
    }
}
