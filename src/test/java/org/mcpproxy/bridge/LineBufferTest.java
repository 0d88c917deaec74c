package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineBufferTest {

    private final LineBuffer line = new LineBuffer();

    /** The attack: one long line on each of many connections, and then nothing. */
    @ParameterizedTest
    @ValueSource(ints = {1, 16_384, 16_385, 20_000, 4_000_000})
    void whatALongLineNeededIsNotKept(int length) {
        for (int i = 0; i < length; i++) {
            line.write('x');
        }
        assertThat(line.taken()).hasSize(length);

        assertThat(line.capacity()).isLessThanOrEqualTo(LineBuffer.KEPT);
        line.write('y');
        assertThat(line.taken()).containsExactly('y');
    }
}
