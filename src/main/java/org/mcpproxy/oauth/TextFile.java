package org.mcpproxy.oauth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text that a person wrote for this server: UTF-8, with or without a byte order mark. */
public final class TextFile {

    private static final int MOST_BYTES = 1024 * 1024;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private TextFile() {}

    /** @throws Unusable whose message is a sentence that goes on from the file's name */
    public static String read(Path path) throws Unusable {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new Unusable("is longer than " + MOST_BYTES + " bytes.");
            }
            String text = Utf8.text(bytes).orElseThrow(() -> new Unusable("is not in UTF-8."));
            return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
        } catch (IOException e) {
            throw new Unusable("cannot be read.");
        }
    }

    /** Why a file cannot be used; tells nothing of what is in it. */
    public static final class Unusable extends Exception {

        private Unusable(String sentence) {
            super(sentence, null, false, false);
        }
    }
}
