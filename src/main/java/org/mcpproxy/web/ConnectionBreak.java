package org.mcpproxy.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.util.Map;

/**
 * Closes a client's connection at once. The Servlet API has no way to it: whatever a servlet does or throws, the container
 * ends the answer, so that half of one looks whole (RFC 9112 8), and reads what is left of the request. So this goes by
 * Open Liberty's own objects, by name since an application cannot compile against them. Where they are not as expected
 * the connection ends as the container will have it, and the log says so.
 *
 * <p>Only for whoever writes the answer, between two writes: a write that waits for the client when its connection is closed
 * like this waits for ever.
 */
public final class ConnectionBreak {

    private static final Logger LOG = System.getLogger(ConnectionBreak.class.getName());

    /** Under which the connection keeps the link between its channel and the web container. */
    private static final String LINK = "HttpDispatcherLink";

    private ConnectionBreak() {}

    /**
     * @param response whose head has been sent; it is still to be completed
     * @param why for the container's own trace
     */
    public static void of(HttpServletResponse response, String why) {
        try {
            Object output = call(response.getOutputStream(), "getOutput");
            Object connection = call(output, "getVc");
            Object link = ((Map<?, ?>) call(connection, "getStateMap")).get(LINK);
            close(link).invoke(link, connection, new EOFException(why));
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "{0} Its connection is left to this server, which does not let it be closed: {1}",
                    why,
                    e.getClass().getSimpleName());
        }
    }

    private static Object call(Object target, String method) throws ReflectiveOperationException {
        return target.getClass().getMethod(method).invoke(target);
    }

    /** {@code close(VirtualConnection, Exception)}: with an exception, nothing more is written. */
    private static Method close(Object link) throws NoSuchMethodException {
        for (Method method : link.getClass().getMethods()) {
            Class<?>[] parameters = method.getParameterTypes();
            if (method.getName().equals("close") && parameters.length == 2 && parameters[1] == Exception.class) {
                return method;
            }
        }
        throw new NoSuchMethodException("close");
    }
}
