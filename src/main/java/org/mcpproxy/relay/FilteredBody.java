package org.mcpproxy.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.mcpproxy.oauth.Rejection;

/**
 * The body of an answer, through a filter. No more is asked of the backend than the client asks for, but for what is held
 * back.
 *
 * @param aside does what takes long; where it cannot, the body breaks off
 * @param error what ends the body instead of what cannot be judged; where there is none, it breaks off
 * @param refused called then
 */
record FilteredBody(
        Flow.Publisher<List<ByteBuffer>> source,
        BodyFilter filter,
        Aside aside,
        Optional<byte[]> error,
        Runnable refused)
        implements Flow.Publisher<List<ByteBuffer>> {

    @Override
    public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> client) {
        source.subscribe(new FilteredParts(this, client));
    }

    /**
     * What has come whole is a whole one again. It is no longer than what a thread waits for.
     *
     * @throws Rejection where it cannot be judged, and there is no error
     */
    WholeBody of(WholeBody whole) {
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        try {
            whole.parts().forEach(part -> filter.next(part, true, passed));
            filter.end(true, passed);
        } catch (Rejection e) {
            passed.writeBytes(filter.error(error.orElseThrow(() -> e)));
            refused.run();
        }
        return new WholeBody(passed.size() == 0 ? List.of() : List.of(ByteBuffer.wrap(passed.toByteArray())));
    }
}
