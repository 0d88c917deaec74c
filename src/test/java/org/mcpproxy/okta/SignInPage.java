package org.mcpproxy.okta;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The sign-in page. Everything else that gets as far as this servlet does not exist. */
final class SignInPage extends HttpServlet {

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Sign in - stand-in Okta</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; color: #1d1d21; background: #f4f4f6; margin: 0 }
            main { max-width: 22rem; margin: 12vh auto; padding: 2rem; background: #fff; border: 1px solid #d7d7dc;
                   border-radius: 8px }
            h1 { font-size: 1.3rem; margin: 0 0 .25rem }
            p { margin: 0 0 1rem; color: #5d5d67 }
            .error { color: #a40f2b; font-weight: 600 }
            label { display: block; font-weight: 600; margin-top: .75rem }
            input { width: 100%%; box-sizing: border-box; padding: .55rem; font: inherit; border: 1px solid #8c8c96;
                    border-radius: 4px }
            button { width: 100%%; margin-top: 1.25rem; padding: .65rem; font: inherit; font-weight: 600; color: #fff;
                     background: #00297a; border: 0; border-radius: 4px; cursor: pointer }
            </style>
            </head>
            <body>
            <main>
            <h1>Sign in</h1>
            <p>This is a stand-in for Okta, for trying out and testing.</p>
            %s
            <form method="post" action="%s">
            <label for="username">Username</label>
            <input id="username" name="username" autocomplete="username" autofocus required>
            <label for="password">Password</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required>
            <button type="submit">Sign in</button>
            </form>
            </main>
            </body>
            </html>
            """;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String signIn = request.getContextPath() + Endpoint.SIGN_IN.path(false);
        if (!signIn.equals(request.getRequestURI())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        String error = request.getParameter("error") == null ? "" : "<p class=\"error\">Unable to sign in</p>";
        response.setContentType("text/html;charset=utf-8");
        response.getWriter().write(PAGE.formatted(error, signIn));
    }
}
