package org.mcpproxy.upstream;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * Asks the container to authenticate a request by MicroProfile JWT. The container does so only when asked:
 * {@code server.xml} tells it to leave credentials of unprotected paths alone, and every path of ours is unprotected.
 */
@ApplicationScoped
class MpJwt {

    /** Takes the container's own challenge, which has no {@code resource_metadata}, in place of the real response. */
    private static final HttpServletResponse UNHEARD = (HttpServletResponse) Proxy.newProxyInstance(
            MpJwt.class.getClassLoader(),
            new Class<?>[] {HttpServletResponse.class},
            (proxy, method, arguments) -> nothing(method));

    /**
     * @param token the one that the request presents, and that must be the one that was authenticated: a login of another
     *     kind, such as by a cookie, does not count
     * @throws Rejection {@code TOKEN_SIGNATURE_WRONG}
     */
    void verify(Secret token, HttpServletRequest request) {
        if (!authenticate(request)
                || !(request.getUserPrincipal() instanceof JsonWebToken jwt)
                || !token.equals(new Secret(jwt.getRawToken()))) {
            throw Rejection.of(Reason.TOKEN_SIGNATURE_WRONG);
        }
    }

    private static boolean authenticate(HttpServletRequest request) {
        try {
            return request.authenticate(UNHEARD);
        } catch (IOException | ServletException e) {
            throw Rejection.of(Reason.TOKEN_SIGNATURE_WRONG, e);
        }
    }

    private static Object nothing(Method method) {
        Class<?> type = method.getReturnType();
        if (type == boolean.class) {
            return false;
        }
        return type == int.class ? (Object) 0 : null;
    }
}
