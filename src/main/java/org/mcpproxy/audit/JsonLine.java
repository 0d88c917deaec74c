package org.mcpproxy.audit;

import java.io.StringWriter;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * One JSON object in one line. What is null is left out; long text is cut, since some of it is named by strangers. For the
 * same reason all but printable ASCII is escaped: a terminal obeys control characters, and others reorder a line or break
 * it.
 */
final class JsonLine {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .characterEscapes(new Delete())
            .build();
    private static final int LONGEST = 256;

    private JsonLine() {}

    static String of(Map<String, Object> fields) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
            json.writeStartObject();
            fields.forEach((name, value) -> write(json, name, value));
            json.writeEndObject();
        }
        return line.toString();
    }

    /** What JSON itself wants escaped, and the one control character that it lets through. */
    private static final class Delete extends CharacterEscapes {

        private static final int DELETE = 0x7f;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = standardAsciiEscapesForJSON();
            codes[DELETE] = ESCAPE_STANDARD;
            return codes;
        }

        @Override
        public SerializableString getEscapeSequence(int character) {
            return null;
        }
    }

    private static void write(JsonGenerator json, String name, Object value) {
        if (value instanceof Integer || value instanceof Long) {
            json.writeNumberProperty(name, ((Number) value).longValue());
        } else if (value instanceof Enum<?> constant) {
            json.writeStringProperty(name, constant.name().toLowerCase(Locale.ROOT));
        } else if (value instanceof Collection<?> values) {
            json.writeArrayPropertyStart(name);
            values.forEach(one -> json.writeString(cut(one)));
            json.writeEndArray();
        } else if (value != null) {
            json.writeStringProperty(name, cut(value));
        }
    }

    private static String cut(Object value) {
        String text = value.toString();
        return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }
}
