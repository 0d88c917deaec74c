package org.mcpproxy.system;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A request as it goes over the wire, right or wrong; a client library would send only right ones. */
public record RawRequest(String text) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** One without a body, which asks for the connection's end. */
    public static RawRequest of(String method, String path, String... headers) {
        return new RawRequest(
                method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\nConnection: close\r\n\r\n");
    }

    /** Sends it, and waits for all that comes until the server ends the connection. */
    public String answer(int port) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return read(socket);
        }
    }

    /** A server that closes before it has read everything resets the connection. */
    private static String read(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        try {
            for (int one = socket.getInputStream().read();
                    one >= 0;
                    one = socket.getInputStream().read()) {
                answer.append((char) one);
            }
        } catch (SocketException reset) {
            // what came before it is the answer
        }
        return answer.toString();
    }
}
