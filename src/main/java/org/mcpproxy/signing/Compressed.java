package org.mcpproxy.signing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Text made short (DEFLATE, RFC 1951), with zeros after it, which its own end makes meaningless. */
final class Compressed {

    /** In bytes; what would not fit when it is read is not written. */
    static final int LONGEST_TEXT = 64 * 1024;

    private static final boolean RAW = true;

    private Compressed() {}

    /**
     * @param roundedTo its length is a multiple of this many bytes
     * @return empty where the text is longer than {@link #LONGEST_TEXT}
     */
    static Optional<byte[]> of(String text, int roundedTo) {
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        return plain.length > LONGEST_TEXT ? Optional.empty() : Optional.of(deflated(plain, roundedTo));
    }

    /** @throws IllegalStateException where this is none, or holds more than {@link #LONGEST_TEXT} */
    static String text(byte[] compressed) {
        Inflater inflater = new Inflater(RAW);
        try {
            inflater.setInput(compressed);
            byte[] plain = new byte[LONGEST_TEXT];
            int length = inflater.inflate(plain);
            if (!ended(inflater)) {
                throw new IllegalStateException("A compressed text has no end");
            }
            return new String(plain, 0, length, StandardCharsets.UTF_8);
        } catch (DataFormatException e) {
            throw new IllegalStateException("What should be a compressed text is none", e);
        } finally {
            inflater.end();
        }
    }

    /** Where the text just filled its room, its end has still to be read. */
    private static boolean ended(Inflater inflater) throws DataFormatException {
        return inflater.finished() || (inflater.inflate(new byte[1]) == 0 && inflater.finished());
    }

    private static byte[] deflated(byte[] plain, int roundedTo) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, RAW);
        try {
            deflater.setInput(plain);
            deflater.finish();
            // what cannot be made shorter becomes longer by a few bytes for every 16 KiB
            byte[] compressed = new byte[plain.length + plain.length / 1024 + 64];
            int length = deflater.deflate(compressed);
            return Arrays.copyOf(compressed, length + Math.floorMod(-length, roundedTo));
        } finally {
            deflater.end();
        }
    }
}
