package org.mcpproxy.bridge;

/** JSON-RPC messages that are ours. Ids are written as they came. */
final class OwnMessages {

    private OwnMessages() {}

    /** Nobody waits for the answer to this request any more. */
    static String cancelled(long number) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + number
                + ",\"reason\":\"The client has gone.\"}}";
    }

    /** The answer to {@code ping}. */
    static String nothing(String id) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}";
    }

    /** @param message without quotes and backslashes */
    static String error(String id, int code, String message) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":" + code + ",\"message\":\"" + message
                + "\"}}";
    }
}
