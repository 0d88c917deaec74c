package org.mcpproxy.oauth;

import java.util.Map;
import net.minidev.json.JSONObject;
import net.minidev.json.JSONStyle;

/** Writes JSON (RFC 8259). */
public final class Json {

    /** The library's own style writes {@code \/} for a slash, for JSON that is put into HTML; ours never is. */
    private static final JSONStyle STYLE = new JSONStyle(JSONStyle.FLAG_PROTECT_4WEB);

    private Json() {}

    public static String write(Map<String, ?> object) {
        return JSONObject.toJSONString(object, STYLE);
    }
}
