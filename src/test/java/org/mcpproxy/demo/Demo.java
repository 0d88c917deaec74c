package org.mcpproxy.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code ./mvnw -Pdemo}: stays in the foreground until Ctrl-C, which stops all of it. */
public final class Demo {

    private static final String DEFAULT_PORT = "3001";

    private Demo() {}

    /** Reads the system property {@code proxy.port}. Ends the JVM: with 1 where a part does not start, or the proxy ends. */
    public static void main(String[] arguments) {
        try {
            run(port());
        } catch (DemoException e) {
            System.err.println("\nThe demo cannot start. " + e.getMessage());
        }
        System.exit(1);
    }

    /** Returns when the proxy has ended, by itself or because this JVM is ending. */
    private static void run(int port) {
        DemoParts parts = new DemoParts();
        AtomicBoolean ending = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            ending.set(true);
            parts.close();
        }));
        parts.start(port);
        banner(System.out, parts);
        parts.awaitEnd();
        if (!ending.get()) {
            System.err.println("\nThe proxy has ended, and with it the demo.");
        }
    }

    private static int port() {
        String given = System.getProperty("proxy.port", DEFAULT_PORT);
        try {
            int port = Integer.parseInt(given);
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
            return port;
        } catch (IOException e) {
            throw new DemoException("Port " + given
                    + " is in use. Stop what listens there, or choose another port: ./mvnw -Pdemo -Dproxy.port=3005");
        } catch (IllegalArgumentException e) {
            throw new DemoException("proxy.port must be a port number, not \"" + given + "\".");
        }
    }

    private static void banner(PrintStream out, DemoParts parts) {
        out.printf("""

                ----------------------------------------------------------------------
                 Okta MCP OAuth Proxy, with a stand-in Okta and a demo MCP server

                   MCP URL       %1$s

                   Who can sign in
                     alice / alice    in the groups Everyone and engineering
                     bob / bob        in Everyone only

                   MCP Inspector
                     npx @modelcontextprotocol/inspector
                     Transport "Streamable HTTP", URL %1$s, Connect.

                   Stand-in Okta %2$s
                   Demo server   %3$s

                 Ctrl-C stops all of it.
                ----------------------------------------------------------------------
                """, parts.mcp(), parts.issuer(), parts.backend());
        out.flush();
    }
}
