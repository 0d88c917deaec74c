package org.mcpproxy.relay.http1;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import jdk.net.ExtendedSocketOptions;

/** So that a stream is not forgotten by what is on the way, and one whose other end is gone is noticed. */
public final class KeepAlive {

    private static final int SILENT_SECONDS = 60;

    private KeepAlive() {}

    public static void of(NetworkChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, SILENT_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, SILENT_SECONDS);
        }
    }
}
