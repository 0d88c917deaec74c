package org.mcpproxy.relay;

import tools.jackson.core.io.JsonStringEncoder;

/**
 * The id of a JSON-RPC request, ready to be written back: its type must survive, since {@code 1} and {@code "1"} are two
 * ids.
 *
 * @param json a JSON string or integer
 */
public record RequestId(String json) {

    static RequestId of(String text) {
        return new RequestId('"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"');
    }
}
