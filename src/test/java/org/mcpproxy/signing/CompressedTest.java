package org.mcpproxy.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class CompressedTest {

    @Test
    void whatWasCompressedIsReadAgain() {
        for (String text : new String[] {
            "", "{}", "Grüße \ud83d\ude00", "a".repeat(Compressed.LONGEST_TEXT), noise(Compressed.LONGEST_TEXT)
        }) {
            byte[] compressed = Compressed.of(text, 256).orElseThrow();
            assertThat(compressed.length % 256).isZero();
            assertThat(Compressed.text(compressed)).isEqualTo(text);
        }
    }

    @Test
    void whatIsTooLongIsNotCompressed() {
        assertThat(Compressed.of("a".repeat(Compressed.LONGEST_TEXT + 1), 256)).isEmpty();
    }

    @Test
    void whatBecomesTooLongIsNotRead() {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(new byte[50_000_000]);
        deflater.finish();
        byte[] bomb = new byte[100_000];
        byte[] sent = Arrays.copyOf(bomb, deflater.deflate(bomb));
        deflater.end();

        assertThatIllegalStateException().isThrownBy(() -> Compressed.text(sent));
    }

    @Test
    void whatIsNotCompressedIsNotRead() {
        byte[] cut = Arrays.copyOf(Compressed.of(noise(1000), 1).orElseThrow(), 500);

        for (byte[] none : new byte[][] {{}, {7}, cut, "{\"groups\":[]}   ".getBytes()}) {
            assertThatIllegalStateException().isThrownBy(() -> Compressed.text(none));
        }
    }

    private static String noise(int length) {
        return new Random(1)
                .ints(length, ' ', '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
