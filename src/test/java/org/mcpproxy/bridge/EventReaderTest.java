package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.web.BodyBudget;

class EventReaderTest {

    private final BodyBudget memory = new BodyBudget(1_000_000, 200_000);
    private final Unfinished unfinished = new Unfinished(memory.share("ada"));
    private final List<String> read = new ArrayList<>();
    private final EventReader reader = new EventReader(100, unfinished, (name, data) -> read.add(name + "=" + data));

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void eventsAreWholeWhereverTheyWereCut(String end) {
        String stream = String.join(
                end,
                "\uFEFFevent: endpoint",
                "data:/messages",
                "",
                ": a comment",
                "id: 7",
                "data: é",
                "data",
                "data:  two",
                "",
                "event: none",
                "",
                "data: last",
                "",
                "");
        for (byte sign : stream.getBytes(StandardCharsets.UTF_8)) {
            reader.add(ByteBuffer.wrap(new byte[] {sign}));
        }

        assertThat(read).containsExactly("endpoint=/messages", "message=é\n\n two", "message=last");
    }

    @Test
    void whatIsCutOffIsNoEvent() {
        add("data: half\n");

        assertThat(read).isEmpty();
    }

    @Test
    void anEventThatIsTooLongIsRefusedInOneLineOrMany() {
        assertThatThrownBy(() -> add("data: " + "x".repeat(100))).isInstanceOf(BadLineException.class);

        EventReader another = new EventReader(100, unfinished, (name, data) -> {});
        assertThatThrownBy(() -> another.add(bytes("data: xxxxxxxxx\n".repeat(100))))
                .isInstanceOf(BadLineException.class);
        EventReader third = new EventReader(100, unfinished, (name, data) -> {});
        assertThatThrownBy(() -> third.add(bytes("data\n".repeat(1000)))).isInstanceOf(BadLineException.class);
    }

    @Test
    void manyShortEventsAreNotTooLong() {
        add("data: x\n\n".repeat(100));

        assertThat(read).hasSize(100);
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        assertThatThrownBy(() -> reader.add(ByteBuffer.wrap(new byte[] {'d', (byte) 0xC3, '\n'})))
                .isInstanceOf(BadLineException.class);
    }

    private void add(String text) {
        reader.add(bytes(text));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatHasNotEndedHoldsItsPartOnceItIsLong() {
        EventReader long1 = new EventReader(1_000_000, unfinished, (name, data) -> {});
        EventReader long2 = new EventReader(1_000_000, new Unfinished(memory.share("ada")), (name, data) -> {});

        long1.add(ByteBuffer.wrap(("data: " + "x".repeat(150_000)).getBytes(StandardCharsets.US_ASCII)));
        assertThat(memory.held()).isEqualTo(150_006);
        assertThatThrownBy(() -> long2.add(ByteBuffer.wrap("x".repeat(70_000).getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(BadLineException.class);
        new EventReader(1_000_000, new Unfinished(memory.share("ada")), (name, data) -> {})
                .add(ByteBuffer.wrap("x".repeat(60_000).getBytes(StandardCharsets.US_ASCII)));

        long1.add(ByteBuffer.wrap("\n\n".getBytes(StandardCharsets.US_ASCII)));
        assertThat(memory.held()).isZero();
    }
}
