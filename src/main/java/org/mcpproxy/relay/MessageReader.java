package org.mcpproxy.relay;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.mcpproxy.oauth.Reason;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the body of a POST, strictly. What is judged here and what the backend acts on must be one message, so whatever
 * two parsers could read in two ways is refused: other encodings than UTF-8, duplicate keys, a second value after the
 * first.
 */
final class MessageReader {

    private static final int DEEPEST = 200;
    private static final int LONGEST_BATCH = 100;

    /** In bytes. */
    private static final int LARGE = 256 * 1024;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private MessageReader() {}

    /** Whether to read it takes long, and much memory: characters and keys take many times the size of a body meanwhile. */
    static boolean isLarge(byte[] body) {
        return body.length >= LARGE;
    }

    /** @throws MalformedMessage where the body is not JSON-RPC 2.0 */
    static McpBody read(byte[] body) {
        CharBuffer text = utf8(body);
        EnvelopeReader envelope = null;
        try (JsonParser json = parser(text)) {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_ARRAY) {
                return complete(json, new McpBody(batch(json), true));
            }
            envelope = new EnvelopeReader(json);
            McpMessage message = envelope.read();
            return complete(json, new McpBody(List.of(message), false));
        } catch (JacksonException e) {
            throw new MalformedMessage(Reason.MESSAGE_NOT_JSON, envelope == null ? null : envelope.id());
        }
    }

    /** Strict: what two parsers could read in two ways is an error. */
    static JsonParser parser(CharBuffer text) {
        return JSON.createParser(
                ObjectReadContext.empty(), text.array(), text.arrayOffset() + text.position(), text.remaining());
    }

    private static CharBuffer utf8(byte[] body) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException e) {
            throw new MalformedMessage(Reason.MESSAGE_NOT_JSON, null);
        }
    }

    private static List<McpMessage> batch(JsonParser json) {
        List<McpMessage> messages = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (messages.size() == LONGEST_BATCH) {
                throw new MalformedMessage(Reason.REQUEST_TOO_LARGE, null);
            }
            messages.add(new EnvelopeReader(json).read());
        }
        if (messages.isEmpty()) {
            throw new MalformedMessage(Reason.MESSAGE_MALFORMED, null);
        }
        return messages;
    }

    private static McpBody complete(JsonParser json, McpBody body) {
        if (json.nextToken() != null) {
            throw new MalformedMessage(
                    Reason.MESSAGE_MALFORMED, body.requestId().orElse(null));
        }
        return body;
    }
}
