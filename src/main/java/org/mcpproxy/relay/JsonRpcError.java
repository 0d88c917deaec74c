package org.mcpproxy.relay;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Our own errors as JSON-RPC has them. The codes are those of JSON-RPC 2.0, and {@code -32020} for exactly the mismatches
 * of header and body (MCP 2026-07-28, Error Codes).
 */
final class JsonRpcError {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonRpcError() {}

    static int code(Reason reason) {
        return switch (reason) {
            case MESSAGE_NOT_JSON -> -32700;
            case HEADER_MISMATCH -> -32020;
            case SERVER_FULL,
                    BACKEND_FULL,
                    STORE_UNAVAILABLE,
                    INTERNAL_ERROR,
                    OKTA_UNAVAILABLE,
                    BACKEND_UNAVAILABLE,
                    BACKEND_DOWN,
                    BACKEND_TIMEOUT,
                    BACKEND_BROKE_OFF,
                    BACKEND_REFUSED_PROXY,
                    BACKEND_ANSWER_INVALID,
                    POLICY_CANNOT_READ -> -32603;
            default -> -32600;
        };
    }

    /** @param id left out where it is not known: MCP's schema allows an error without an id, but no null */
    static byte[] body(Reason reason, Optional<RequestId> id) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("jsonrpc", "2.0");
            id.ifPresent(known -> {
                json.writeName("id");
                json.writeRawValue(known.json());
            });
            json.writeName("error");
            json.writeStartObject();
            json.writeNumberProperty("code", code(reason));
            json.writeStringProperty("message", reason.sentence());
            json.writeEndObject();
            json.writeEndObject();
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
