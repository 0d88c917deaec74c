package org.mcpproxy.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** Neither accepts a connection nor refuses one: its queue is full, so that what comes is dropped. */
public final class SilentListener implements AutoCloseable {

    private static final int MOST_QUEUED = 64;

    private final ServerSocket listener;
    private final List<Socket> queued = new ArrayList<>();

    /** @param port 0 for any that is free */
    public SilentListener(InetAddress address, int port) throws IOException {
        listener = new ServerSocket(port, 1, address);
        while (isTaken()) {
            if (queued.size() > MOST_QUEUED) {
                throw new IllegalStateException("This system drops nothing");
            }
        }
    }

    private boolean isTaken() throws IOException {
        Socket next = new Socket();
        queued.add(next);
        try {
            next.connect(listener.getLocalSocketAddress(), 300);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket each : queued) {
            each.close();
        }
        listener.close();
    }
}
